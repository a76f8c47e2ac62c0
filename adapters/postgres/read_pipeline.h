#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/postgres/connection.h"
#include "adapters/postgres/pool.h"

namespace keelson {

// The short reads of many calls, sent together: a caller takes a connection and everybody's statements, waits
// for the answers to all of them in one round trip, and hands them out. Those who come meanwhile make up the
// next round. Thread-safe.
class PgReadPipeline {
 public:
  // Statements of one round trip, which an error of one makes the others wait for another.
  static constexpr std::size_t kMaxStatements = 64;
  // Round trips under way at once: one is read and written here while the server works on the other.
  static constexpr int kMaxRounds = 2;
  // Whoever waits for the others' answers as well does so for at least as long as this, so that a caller in a
  // hurry does not cost the others their connection.
  static constexpr absl::Duration kPatience = absl::Milliseconds(100);

  // `pool` must outlive it.
  explicit PgReadPipeline(PgPool& pool) : pool_(pool) {}

  // Runs one statement that reads few rows. Blocks until the deadline, or kPatience past the call. Throws
  // PgError; a lost connection has been replaced once by then.
  PgResult Ask(const char* sql, const PgArguments& arguments, absl::Time deadline);

 private:
  enum class State { kWaiting, kSent, kDone };
  struct Request;
  using Round = std::vector<std::shared_ptr<Request>>;

  void Lead(Request& leader) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run(PgConnection& connection, const Request& leader) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Round TakeRound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Mend(PgConnection& connection, const PgError& error, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveOut(const Round& round, const std::optional<PgError>& error, const Request& leader)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool IsMeant(const PgError& error, Request& request, const Request& leader, bool blamed);
  void Withdraw(Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CallNextLeader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  PgPool& pool_;
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<Request>> waiting_ ABSL_GUARDED_BY(mutex_);
  int rounds_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace keelson
