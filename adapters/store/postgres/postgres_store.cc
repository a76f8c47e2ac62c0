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

namespace keelson {
namespace {

// Between runs that met others: full jitter below a bound that doubles.
constexpr absl::Duration kFirstPause = absl::Milliseconds(2);
constexpr int kMaxDoublings = 6;
// A connection may have broken while it lay idle; a second that breaks is the server's trouble.
constexpr int kMaxBrokenConnections = 2;

void PauseAfter(int attempt, Deadline deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  const absl::Duration bound = kFirstPause * (1 << std::min(attempt, kMaxDoublings));
  const absl::Duration pause = bound * std::uniform_real_distribution<double>(0, 1)(random);
  absl::SleepFor(std::min(pause, deadline.remaining()));
}

// The outcome of one run of a unit of work.
struct Attempt {
  enum class Next { kDone, kAgain, kAgainLater, kAgainElsewhere };
  Next next = Next::kDone;
  absl::Status status;
};

class OpenPostgresStore final : public Store {
 public:
  explicit OpenPostgresStore(const PgPool::Options& options)
      : pool_(options),
        health_pool_({.connection = options.connection, .size = 1}),
        sequencer_(options.connection) {}

  absl::Status Read(Deadline deadline, ReadWork work) override;
  void ReadTogether(std::span<const ReadCall> calls) override { PgReadBatch(pool_, calls).Run(); }
  absl::Status Write(Deadline deadline, WriteWork work) override;
  absl::Status Check(Deadline deadline) override;
  int concurrent_writes() const override { return static_cast<int>(pool_.size()); }
  bool reads_inline() const override { return false; }

 private:
  absl::Status ReadShared(PgReadBatch& batch, Deadline deadline, ReadWork work);
  absl::Status ReadAlone(Deadline deadline, ReadWork work);
  Attempt ReadOnce(Deadline deadline, ReadWork work, PgReadSession::Extent extent);
  Attempt WriteOnce(Deadline deadline, WriteWork work, int attempt, bool trusting);
  Attempt AfterError(const PgError& error, PgConnection& connection, int attempt);

  PgPool pool_;
  PgPool health_pool_;
  PgSequencer sequencer_;
};

absl::Status TooLate() {
  return absl::DeadlineExceededError("the deadline passed before the work began");
}

absl::Status OpenPostgresStore::Read(Deadline deadline, ReadWork work) {
  PgReadBatch* const batch = PgReadBatch::Running(pool_);
  return batch == nullptr ? ReadAlone(deadline, work) : ReadShared(*batch, deadline, work);
}

absl::Status OpenPostgresStore::ReadShared(PgReadBatch& batch, Deadline deadline, ReadWork work) {
  if (deadline.expired()) return TooLate();
  PgSharedReadSession session(batch);
  PgReadTransaction transaction(session, sequencer_, deadline);
  const absl::Status status = work(transaction);
  return session.failure() ? session.failure()->status() : status;
}

absl::Status OpenPostgresStore::ReadAlone(Deadline deadline, ReadWork work) {
  auto extent = PgReadSession::Extent::kStatement;
  for (int broken = 0;;) {
    if (deadline.expired()) return TooLate();
    const Attempt result = ReadOnce(deadline, work, extent);
    if (result.next == Attempt::Next::kAgain) {
      extent = PgReadSession::Extent::kSnapshot;
    } else if (result.next != Attempt::Next::kAgainElsewhere || ++broken >= kMaxBrokenConnections) {
      return result.status;
    }
  }
}

Attempt OpenPostgresStore::ReadOnce(Deadline deadline, ReadWork work, PgReadSession::Extent extent) {
  absl::StatusOr<PgPool::Lease> connection = pool_.Take(deadline);
  if (!connection.ok()) return {Attempt::Next::kDone, connection.status()};
  PgReadSession session(**connection, deadline, extent);
  PgReadTransaction transaction(session, sequencer_, deadline);
  const absl::Status status = work(transaction);
  session.End();
  if (session.outgrown()) return {Attempt::Next::kAgain, status};
  if (!session.failure()) return {Attempt::Next::kDone, status};
  return AfterError(*session.failure(), **connection, /*attempt=*/0);
}

absl::Status OpenPostgresStore::Write(Deadline deadline, WriteWork work) {
  bool trusting = true;
  int broken = 0;
  for (int attempt = 0;; ++attempt) {
    if (deadline.expired()) {
      return attempt == 0 ? TooLate()
                          : MakeError(Reason::kContention, "the write met others until its deadline");
    }
    const Attempt result = WriteOnce(deadline, work, attempt, trusting);
    if (result.next == Attempt::Next::kDone) return result.status;
    if (result.next == Attempt::Next::kAgainElsewhere && ++broken >= kMaxBrokenConnections)
      return result.status;
    // What was taken for granted may be what was in the way.
    trusting = result.next == Attempt::Next::kAgainElsewhere && trusting;
    if (result.next == Attempt::Next::kAgainLater) PauseAfter(attempt, deadline);
  }
}

Attempt OpenPostgresStore::WriteOnce(Deadline deadline, WriteWork work, int attempt, bool trusting) {
  absl::StatusOr<PgPool::Lease> connection = pool_.Take(deadline);
  if (!connection.ok()) return {Attempt::Next::kDone, connection.status()};
  PgWriteSession session(**connection, deadline, trusting);
  PgWriteTransaction transaction(session);
  const absl::Status status = work(transaction);
  try {
    if (session.failure()) throw PgError(*session.failure());
    if (status.ok() && !session.trust_is_open()) {
      session.Commit();
      return {Attempt::Next::kDone, status};
    }
    if (session.Rollback() && session.trust_is_open() && (status.ok() || session.IsTrustMisplaced())) {
      return {Attempt::Next::kAgain, status};
    }
    return {Attempt::Next::kDone, status};
  } catch (const PgError& error) {
    if (error.failure() != PgFailure::kLost && error.failure() != PgFailure::kTimedOut) {
      (*connection)->Recover(deadline);
    }
    const Attempt result = AfterError(error, **connection, attempt);
    // Whether the commit took place is not known: the caller's request id will tell.
    if (result.next == Attempt::Next::kAgainElsewhere && session.committing())
      return {Attempt::Next::kDone, result.status};
    return result;
  }
}

Attempt OpenPostgresStore::AfterError(const PgError& error, PgConnection& connection, int attempt) {
  switch (error.failure()) {
    case PgFailure::kConflict:
      return {Attempt::Next::kAgainLater, error.status()};
    case PgFailure::kTaken:
      // It was not there when the first run looked, if it looked.
      return {attempt == 0 ? Attempt::Next::kAgain : Attempt::Next::kDone, error.status()};
    case PgFailure::kLost:
      // Others of the pool lead to the same server.
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
          PgUnavailable("the database accepts no writes: it is a standby, or a setting makes it read-only");
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
  if (absl::Status status = PgConnection::CheckUrl(options.url); !status.ok()) return status;
  PgPool::Options pool;
  pool.connection = {options.url, options.prepared_statements, options.connect_timeout};
  pool.size = options.pool_size;
  const PostgresMigrator migrator(pool.connection, clock);
  absl::Status status = options.migrate ? migrator.Up().status() : migrator.CheckCurrent();
  if (!status.ok()) return status;
  return std::make_unique<OpenPostgresStore>(pool);
}

}  // namespace keelson
