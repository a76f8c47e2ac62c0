#include "adapters/store/postgres/sequencer.h"

#include <span>
#include <vector>

#include "adapters/store/postgres/begin.h"
#include "adapters/store/postgres/locks.h"
#include "core/common/status_macros.h"
#include "core/events/event.h"

namespace keelson {
namespace {

constexpr int kBatch = 1000;
constexpr absl::Duration kTimeout = absl::Seconds(10);

constexpr Sql kAnyInInbox = "SELECT 1 FROM event_inbox LIMIT 1";
constexpr auto kTakeFromInbox =
    "WITH taken AS (DELETE FROM event_inbox WHERE ordinal IN (SELECT ordinal FROM event_inbox "
    "ORDER BY ordinal LIMIT $1) RETURNING *) SELECT " +
    kColumnNames<Event, PgInboxColumns> + " FROM taken ORDER BY ordinal";
constexpr auto kInsertEvents = "INSERT INTO events (" + kColumnNames<Event> + ") SELECT * FROM unnest(" +
                               kParameters<SqlDialect::kPostgres, Event> + ")";

PgResult Select(PgConnection& connection, const char* sql, const PgArguments& arguments, Deadline deadline) {
  PgResult result;
  connection.Queue(sql, arguments, PgConnection::kAnyNumber, &result);
  connection.Await(deadline);
  return result;
}

std::vector<Event> TakeFromInbox(PgConnection& connection, const PgResult& last, Deadline deadline) {
  const PgResult taken = Select(connection, kTakeFromInbox, PgParameters(kBatch).view(), deadline);
  return NumberEvents(last, taken);
}

void QueueInsert(PgConnection& connection, const std::vector<Event>& events) {
  WithColumnArrays(events, [&](const auto&... columns) {
    connection.Queue(kInsertEvents, PgParameters(columns...).view(), static_cast<int>(events.size()));
  });
}

}  // namespace

std::vector<Event> NumberEvents(const PgResult& last, const PgResult& waiting) {
  std::int64_t sequence = 0;
  Sha256Digest hash{};
  if (last.rows() > 0) last.Read(0, sequence, hash);
  std::vector<Event> events(static_cast<std::size_t>(waiting.rows()));
  for (int row = 0; row < waiting.rows(); ++row) {
    Event& e = events[static_cast<std::size_t>(row)];
    WithColumns<PgInboxColumns>(e, [&](auto&... columns) { waiting.Read(row, columns...); });
    e.sequence = ++sequence;
    hash = ChainedHash(hash, e);
    e.hash = hash;
  }
  return events;
}

PgSequencer::PgSequencer(const PgConnection::Options& connection)
    : pool_({.connection = connection, .size = 1}), thread_([this] { CatchUpPeriodically(); }) {}

PgSequencer::~PgSequencer() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
  }
  thread_.join();
}

absl::Status PgSequencer::CatchUp(Deadline deadline) {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, NumberBatch(deadline));
    if (!more) return absl::OkStatus();
  }
}

absl::StatusOr<bool> PgSequencer::NumberBatch(Deadline deadline) {
  ASSIGN_OR_RETURN(PgPool::Lease connection, pool_.Take(deadline));
  try {
    return Number(*connection, deadline);
  } catch (const PgError& error) {
    if (error.failure() == PgFailure::kTimedOut) connection->Abandon();
    connection->Recover(deadline);
    return error.status();
  }
}

// Numbers one batch. Returns true if there may be more unnumbered events.
bool PgSequencer::Number(PgConnection& connection, Deadline deadline) {
  // Do not lock while the inbox is empty.
  PgResult waiting;
  connection.Queue(kAnyInInbox, PgParameters().view(), PgConnection::kAnyNumber, &waiting);
  connection.Finish(deadline);
  if (waiting.rows() == 0) return false;

  QueueBegin(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", deadline);
  connection.Queue(kPgTakeLock, PgParameters(kSequencerLock).view());
  PgResult last;
  connection.Queue(kPgFindLastEvent, PgParameters().view(), PgConnection::kAnyNumber, &last);
  const std::vector<Event> events = TakeFromInbox(connection, last, deadline);
  if (!events.empty()) QueueInsert(connection, events);
  connection.Queue("COMMIT", PgParameters().view());
  connection.Finish(deadline);
  return events.size() >= kBatch;
}

void PgSequencer::CatchUpPeriodically() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    mutex_.Unlock();
    // The error is ignored: the thread tries again after the interval, and a reader of events gets the error
    // from its own CatchUp.
    CatchUp(Deadline::After(kTimeout)).IgnoreError();
    mutex_.Lock();
    if (!stopping_) stop_.WaitUntil(&mutex_, Deadline::After(kInterval));
  }
}

}  // namespace keelson
