#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"

namespace keelson {

// A bounded set of connections, opened as they are needed and lent to one caller at a time. A thread of its
// own opens them, so that nobody waits for a server longer than its own deadline. Thread-safe; outlives every
// lease.
class PgPool {
 public:
  struct Options {
    PgConnection::Options connection;
    std::size_t size = 16;
    // Callers that may wait for a connection.
    std::size_t waiters = 1024;
    // A connection is closed when it is as old as this, give or take a tenth, so that load follows the
    // servers.
    absl::Duration lifetime = absl::Minutes(30);
    // An attempt to open a connection is given up after this time. Room for libpq to try every address of the
    // hosts in the URL, each for connect_timeout.
    absl::Duration longest_open = absl::Minutes(1);
  };

  // A connection for as long as it lives. It goes back to the pool if it is still of use.
  class Lease {
   public:
    Lease(PgPool& pool, std::unique_ptr<PgConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    PgConnection& operator*() const { return *connection_; }
    PgConnection* operator->() const { return connection_.get(); }

   private:
    PgPool* pool_;
    std::unique_ptr<PgConnection> connection_;
  };

  explicit PgPool(const Options& options);
  ~PgPool();

  // UNAVAILABLE where no server can be had, RESOURCE_EXHAUSTED where too many wait already,
  // DEADLINE_EXCEEDED.
  absl::StatusOr<Lease> Take(Deadline deadline);
  std::size_t size() const { return options_.size; }
  // Closes what is idle, and what is lent when it comes back: the server they lead to is not the one to use.
  void Drop();

 private:
  struct Waiter {
    std::unique_ptr<PgConnection> connection;
    absl::Status failure;
    ConditionVariable done;
    bool served() const { return connection != nullptr || !failure.ok(); }
  };

  void Return(std::unique_ptr<PgConnection> connection);
  bool IsWorthKeeping(PgConnection& connection) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::unique_ptr<PgConnection> TakeIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool NeedsConnection() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OpenWhenNeeded();
  void Opened(absl::StatusOr<std::unique_ptr<PgConnection>> connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FailWaiters(const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  ConditionVariable wanted_;
  // The one that was used last is at the back and taken first: the others may grow old.
  std::vector<std::unique_ptr<PgConnection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiter*> waiters_ ABSL_GUARDED_BY(mutex_);
  // Idle, lent and being opened.
  std::size_t connections_ ABSL_GUARDED_BY(mutex_) = 0;
  // Older connections are not worth keeping.
  SteadyTime dropped_before_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread opener_;
};

}  // namespace keelson
