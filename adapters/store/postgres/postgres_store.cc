#include "adapters/store/postgres/postgres_store.h"

#include <algorithm>
#include <random>

#include "absl/time/clock.h"
#include "adapters/store/postgres/pool.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/read_session.h"
#include "adapters/store/postgres/sequencer.h"
#include "adapters/store/postgres/transactions.h"
#include "adapters/store/postgres/write_session.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// Pause between runs after a conflict: full jitter with a bound that doubles.
constexpr absl::Duration kFirstPause = absl::Milliseconds(2);
constexpr int kMaxDoublings = 6;
// A call fails after this many broken connections: the first connection may have broken while it was idle,
// but a second broken connection indicates a failed server.
constexpr int kMaxBrokenConnections = 2;

void PauseAfter(int attempt, Deadline deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  const absl::Duration bound = kFirstPause * (1 << std::min(attempt, kMaxDoublings));
  const absl::Duration pause = bound * std::uniform_real_distribution<double>(0, 1)(random);
  absl::SleepFor(std::min(pause, deadline.remaining()));
}

// The outcome of one run of a Read or Write.
struct Attempt {
  enum class Next {
    kDone,
    kAgain,
    // The closure runs again after a pause, because the run conflicted with another transaction.
    kAgainLater,
    // The closure runs again on another connection, because the connection broke.
    kAgainElsewhere,
  };
  Next next = Next::kDone;
  absl::Status status;
};

// The health check and the sequencer have connections of their own: both must work while calls use all
// connections of the pool.
class OpenPostgresStore final : public Store, private BatchedReads {
 public:
  explicit OpenPostgresStore(const PgPool::Options& options)
      : pool_(options),
        health_pool_({.connection = options.connection, .size = 1}),
        sequencer_(options.connection) {}

  absl::Status Read(Deadline deadline, ReadWork work) override;
  absl::Status Write(Deadline deadline, WriteWork work) override;
  absl::Status Check(Deadline deadline) override;
  StoreTraits traits() override {
    return {.max_concurrent_writes = static_cast<int>(pool_.size()), .batched_reads = this};
  }

 private:
  void RunBatch(std::span<const ReadCall> calls) override { PgReadBatch(pool_, calls).Run(); }
  absl::Status ReadBatched(PgReadBatch& batch, Deadline deadline, ReadWork work);
  absl::Status ReadAlone(Deadline deadline, ReadWork work);
  Attempt TryRead(Deadline deadline, ReadWork work, PgReadSession::Extent extent);
  Attempt TryWrite(Deadline deadline, WriteWork work, int attempt, NewRequestIds& new_request_ids);
  Attempt AfterError(const PgError& error, PgConnection& connection, int attempt);

  PgPool pool_;
  PgPool health_pool_;
  PgSequencer sequencer_;
};

absl::Status OpenPostgresStore::Read(Deadline deadline, ReadWork work) {
  PgReadBatch* const batch = PgReadBatch::Running(pool_);
  return batch == nullptr ? ReadAlone(deadline, work) : ReadBatched(*batch, deadline, work);
}

absl::Status OpenPostgresStore::ReadBatched(PgReadBatch& batch, Deadline deadline, ReadWork work) {
  if (deadline.expired()) return DeadlineExceededBeforeStart();
  PgBatchedReadSession session(batch);
  PgReadTransaction transaction(session, sequencer_, deadline);
  const absl::Status status = work(transaction);
  return session.failure() ? session.failure()->status() : status;
}

absl::Status OpenPostgresStore::ReadAlone(Deadline deadline, ReadWork work) {
  auto extent = PgReadSession::Extent::kStatement;
  for (int broken = 0;;) {
    if (deadline.expired()) return DeadlineExceededBeforeStart();
    const Attempt result = TryRead(deadline, work, extent);
    if (result.next == Attempt::Next::kAgain) {
      extent = PgReadSession::Extent::kSnapshot;
    } else if (result.next != Attempt::Next::kAgainElsewhere || ++broken >= kMaxBrokenConnections) {
      return result.status;
    }
  }
}

Attempt OpenPostgresStore::TryRead(Deadline deadline, ReadWork work, PgReadSession::Extent extent) {
  absl::StatusOr<PgPool::Lease> connection = pool_.Take(deadline);
  if (!connection.ok()) return {Attempt::Next::kDone, connection.status()};
  PgReadSession session(**connection, deadline, extent);
  PgReadTransaction transaction(session, sequencer_, deadline);
  const absl::Status status = work(transaction);
  session.End();
  if (!session.failure()) return {Attempt::Next::kDone, status};
  return AfterError(*session.failure(), **connection, /*attempt=*/0);
}

absl::Status OpenPostgresStore::Write(Deadline deadline, WriteWork work) {
  NewRequestIds new_request_ids;
  int broken = 0;
  for (int attempt = 0;; ++attempt) {
    if (deadline.expired()) {
      return attempt == 0 ? DeadlineExceededBeforeStart()
                          : MakeError(Reason::kContention,
                                      "the write conflicted with other writes of the same rows until its "
                                      "deadline: retry it");
    }
    const Attempt result = TryWrite(deadline, work, attempt, new_request_ids);
    switch (result.next) {
      case Attempt::Next::kDone:
        return result.status;
      case Attempt::Next::kAgainElsewhere:
        if (++broken >= kMaxBrokenConnections) return result.status;
        break;
      case Attempt::Next::kAgainLater:
        PauseAfter(attempt, deadline);
        [[fallthrough]];
      case Attempt::Next::kAgain:
        // After any failure but a lost connection, stop assuming that the request id is new.
        new_request_ids.Drop();
    }
  }
}

Attempt OpenPostgresStore::TryWrite(Deadline deadline, WriteWork work, int attempt,
                                    NewRequestIds& new_request_ids) {
  absl::StatusOr<PgPool::Lease> connection = pool_.Take(deadline);
  if (!connection.ok()) return {Attempt::Next::kDone, connection.status()};
  new_request_ids.BeginRun();
  PgWriteSession session(**connection, deadline, new_request_ids);
  PgWriteTransaction transaction(session);
  const absl::Status status = work(transaction);
  try {
    if (session.failure()) throw PgError(*session.failure());
    const bool assumed = new_request_ids.state() == NewRequestIds::State::kAssumed;
    if (status.ok() && !assumed) {
      session.Commit();
      return {Attempt::Next::kDone, status};
    }
    const bool usable = session.Rollback();
    if (!assumed) return {Attempt::Next::kDone, status};
    const bool again = status.ok() || (usable && new_request_ids.IsRefuted(**connection, deadline));
    return {again ? Attempt::Next::kAgain : Attempt::Next::kDone, status};
  } catch (const PgError& error) {
    if (error.failure() != PgFailure::kLost && error.failure() != PgFailure::kTimedOut) {
      (*connection)->Recover(deadline);
    }
    const Attempt result = AfterError(error, **connection, attempt);
    // It is unknown whether the transaction committed. Do not run again: the client retries with the same
    // request id and receives the stored response if the transaction committed.
    if (result.next == Attempt::Next::kAgainElsewhere && session.committing())
      return {Attempt::Next::kDone, result.status};
    return result;
  }
}

Attempt OpenPostgresStore::AfterError(const PgError& error, PgConnection& connection, int attempt) {
  switch (error.failure()) {
    case PgFailure::kConflict:
      return {Attempt::Next::kAgainLater, error.status()};
    case PgFailure::kRunAgain:
      return {Attempt::Next::kAgain, error.status()};
    case PgFailure::kTaken:
      // Another transaction has inserted the row since the first run, or the run assumed that no such
      // row existed.
      return {attempt == 0 ? Attempt::Next::kAgain : Attempt::Next::kDone, error.status()};
    case PgFailure::kLost:
      // The other connections of the pool lead to the same server.
      pool_.Drop();
      return {Attempt::Next::kAgainElsewhere, error.status()};
    case PgFailure::kTimedOut:
      connection.Abandon();
      return {Attempt::Next::kDone, error.status()};
    default:
      return {Attempt::Next::kDone, error.status()};
  }
}

absl::Status OpenPostgresStore::Check(Deadline deadline) {
  absl::StatusOr<PgPool::Lease> connection = health_pool_.Take(deadline);
  absl::Status status = connection.status();
  if (status.ok()) {
    try {
      PgResult found;
      (*connection)
          ->Queue(
              "SELECT current_setting('transaction_read_only') = 'on', count(id) FROM (SELECT id FROM users "
              "LIMIT 1) u",
              PgParameters().view(), PgConnection::kAnyNumber, &found);
      (*connection)->Finish(deadline);
      bool read_only = false;
      found.Read(0, read_only);
      if (!read_only) return absl::OkStatus();
      status =
          PgUnavailable("the database is read-only: it is a standby, or default_transaction_read_only is on");
      health_pool_.Drop();
    } catch (const PgError& error) {
      status = error.status();
      if (error.failure() == PgFailure::kTimedOut) (*connection)->Abandon();
      (*connection)->Recover(deadline);
    }
  }
  return absl::IsUnavailable(status) ? status : PgUnavailable(std::string(status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> PostgresStore::Open(const PostgresOptions& options, Clock& clock) {
  RETURN_IF_ERROR(PgConnection::CheckUrl(options.url));
  PgPool::Options pool;
  pool.connection = {options.url, options.prepared_statements, options.connect_timeout};
  pool.size = options.pool_size;
  const PostgresMigrator migrator(pool.connection, clock);
  RETURN_IF_ERROR(options.migrate ? migrator.Up().status() : migrator.CheckCurrent());
  return std::make_unique<OpenPostgresStore>(pool);
}

}  // namespace keelson
