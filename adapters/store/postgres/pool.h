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

// A bounded connection pool.
//
// A thread of the pool opens connections on demand, so that an unreachable server never blocks a caller
// beyond its deadline. Waiting callers are served in order of arrival. A connection is opening, idle or
// leased; it is closed when it is unusable, older than `lifetime`, or was opened before the last Drop. While
// no server can be reached and no connection is left, all waiting callers fail with UNAVAILABLE.
//
// Thread-safe. Must outlive its leases.
class PgPool {
 public:
  struct Options {
    PgConnection::Options connection;
    std::size_t size = 16;
    // Maximum number of callers that wait for a connection.
    std::size_t waiters = 1024;
    // Maximum age of a connection, plus or minus 10 %. Replacing old connections moves load to servers that
    // were added later.
    absl::Duration lifetime = absl::Minutes(30);
    // Timeout of one attempt to open a connection. libpq tries every address of every host in the URL, each
    // for connect_timeout.
    absl::Duration longest_open = absl::Minutes(1);
  };

  // Exclusive use of a connection. The destructor returns the connection to the pool.
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

  // Blocks until a connection is free. UNAVAILABLE if no server can be reached, RESOURCE_EXHAUSTED
  // (OVERLOADED) if too many callers wait, DEADLINE_EXCEEDED if no connection became free
  // before the deadline.
  absl::StatusOr<Lease> Take(Deadline deadline);
  std::size_t size() const { return options_.size; }
  // Closes idle connections now, and leased connections when their leases end. Call this when a connection
  // broke: the other connections lead to the same failed server.
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
  // A stack (last in, first out), so that surplus connections stay idle until their lifetime ends.
  std::vector<std::unique_ptr<PgConnection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiter*> waiters_ ABSL_GUARDED_BY(mutex_);
  // Number of idle, leased and opening connections.
  std::size_t connections_ ABSL_GUARDED_BY(mutex_) = 0;
  // Time of the last Drop: connections that were opened before it are closed.
  SteadyTime dropped_before_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread opener_;
};

}  // namespace keelson
