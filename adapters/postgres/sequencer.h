#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/postgres/pool.h"

namespace keelson {

// Gives events their numbers and hashes, in the order they were inserted, under a lock of the database: one
// at a time, whatever the number of processes. A writer whose event depends on another's has seen it
// committed, so the order of insertion is one of cause and effect. Thread-safe.
class PgSequencer {
 public:
  // How long an event waits for its number at most, while all is well.
  static constexpr absl::Duration kInterval = absl::Milliseconds(100);

  // Its own connection, so that a reader that holds one never waits for another of the pool.
  explicit PgSequencer(const PgConnection::Options& connection);
  ~PgSequencer();

  // Numbers all that was committed before. UNAVAILABLE, DEADLINE_EXCEEDED.
  absl::Status CatchUp(absl::Time deadline);

 private:
  absl::StatusOr<bool> NumberBatch(absl::Time deadline);
  bool Number(PgConnection& connection, absl::Time deadline);
  void CatchUpNowAndThen();

  PgPool pool_;
  absl::Mutex mutex_;
  absl::CondVar stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keelson
