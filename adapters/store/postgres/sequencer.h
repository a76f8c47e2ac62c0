#pragma once

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/store/postgres/pool.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"
#include "core/events/event.h"

namespace keelson {

// The columns of event_inbox: those of an event that has no number.
using PgInboxColumns = ColumnsWithout<AllColumns, ColumnsNamed<"sequence", "hash">>;
inline constexpr Sql kPgFindLastEvent = "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1";

// The events of PgInboxColumns in `waiting`, numbered and chained behind the one of kPgFindLastEvent. Throws
// as PgResult::Read.
std::vector<Event> NumberEvents(const PgResult& last, const PgResult& waiting);

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
  absl::Status CatchUp(Deadline deadline);

 private:
  absl::StatusOr<bool> NumberBatch(Deadline deadline);
  bool Number(PgConnection& connection, Deadline deadline);
  void CatchUpNowAndThen();

  PgPool pool_;
  absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keelson
