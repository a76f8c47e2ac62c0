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

// The columns of event_inbox: all columns of an event except its sequence number and hash.
using PgInboxColumns = ColumnsWithout<AllColumns, ColumnsNamed<"sequence", "hash">>;
inline constexpr Sql kPgFindLastEvent = "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1";

// Numbers the events in `waiting` (rows of PgInboxColumns) and chains their hashes, continuing after `last`,
// the result of kPgFindLastEvent. Throws like PgResult::Read.
std::vector<Event> NumberEvents(const PgResult& last, const PgResult& waiting);

// Moves committed events from event_inbox to events, and assigns their sequence numbers and chained hashes.
//
// Why the writer's transaction does not number its events: either writers would wait for each other's commit,
// or a reader would miss an event with a lower number that is committed later. Under an advisory lock, one
// process at a time numbers events.
//
// Events are numbered in the order of insertion. If one event causes another event, the second event is
// inserted after the commit of the first event, and has a higher number.
//
// A background thread numbers events every kInterval. Thread-safe.
class PgSequencer {
 public:
  // Poll interval of the background thread.
  static constexpr absl::Duration kInterval = absl::Milliseconds(100);

  // Opens a connection of its own, so that a reader that holds a connection of the store's pool never waits
  // for a second connection.
  explicit PgSequencer(const PgConnection::Options& connection);
  ~PgSequencer();

  // Numbers all events that were committed before the call. Blocks. Returns UNAVAILABLE or DEADLINE_EXCEEDED
  // on failure.
  absl::Status CatchUp(Deadline deadline);

 private:
  absl::StatusOr<bool> NumberBatch(Deadline deadline);
  bool Number(PgConnection& connection, Deadline deadline);
  void CatchUpPeriodically();

  PgPool pool_;
  absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keelson
