#include "adapters/store/postgres/postgres_bulk.h"

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/time/clock.h"
#include "adapters/store/postgres/begin.h"
#include "adapters/store/postgres/bulk_tables.h"
#include "adapters/store/postgres/engine_check.h"
#include "adapters/store/postgres/foreign_keys.h"
#include "adapters/store/postgres/locks.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/sequencer.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

static_assert(PgSequencer::kInterval < PostgresBulkWaits().idle_time);
constexpr absl::Duration kPollInterval = absl::Milliseconds(20);

template <typename... Ts>
PgResult Run(PgConnection& connection, const char* sql, const Ts&... values) {
  PgResult result;
  connection.Queue(sql, PgParameters(values...).view(), PgConnection::kAnyNumber, &result);
  connection.Finish(Deadline::Never());
  return result;
}

// Converts exceptions of `work` to a status; data corruption to DATA_LOSS.
template <typename Work>
std::invoke_result_t<Work> Guarded(const PgConnection& connection, const Work& work) {
  try {
    return work();
  } catch (const PgError& error) {
    if (error.failure() == PgFailure::kDamaged) return absl::DataLossError(error.status().message());
    return error.status();
  } catch (const std::exception& error) {
    return absl::InternalError(StrCat(connection.database(), ": ", error.what()));
  }
}

absl::Status InUse(const PgConnection& connection) {
  return PgUnavailable(StrCat(connection.database(), " is in use by another process"));
}

void Begin(PgConnection& connection, const char* sql) {
  QueueLongBegin(connection, sql);
  connection.Finish(Deadline::Never());
}

// Whether another session may belong to a service. A session that is idle for longer than `idle_time` belongs
// to a connection pooler. pg_stat_activity shows the state of another role's session as NULL unless this role
// is a member of that role or of pg_read_all_stats; a session in state NULL counts as a service's.
bool HasServiceSessions(PgConnection& connection, absl::Duration idle_time) {
  Run(connection, "SELECT pg_stat_clear_snapshot()");
  return Run(connection,
             "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
             "AND application_name = current_setting('application_name') "
             "AND (state IS DISTINCT FROM 'idle' OR state_change > clock_timestamp() - $1 * interval '1 ms') "
             "LIMIT 1",
             absl::ToInt64Milliseconds(idle_time))
             .rows() > 0;
}

// Whether a connection pooler has assigned another server session than the session that Open connected to.
bool IsPooled(PgConnection& connection) {
  std::int64_t pid = 0;
  Run(connection, "SELECT pg_backend_pid()::bigint").Read(0, pid);
  return pid != connection.opened_pid();
}

// Blocks until no running service is detected. UNAVAILABLE if a running service is still detected after
// waits.patience.
absl::Status WaitForServicesToStop(PgConnection& connection, PostgresBulkWaits waits) {
  return Guarded(connection, [&]() -> absl::Status {
    // All queries run in one transaction, so that a pooler can't assign this session to a service meanwhile.
    Begin(connection, "BEGIN ISOLATION LEVEL READ COMMITTED");
    const Deadline patience = Deadline::After(waits.patience);
    // A connection pooler may have assigned this server session to a service until now. Within idle_time,
    // that service uses another session, and HasServiceSessions detects that session.
    const Deadline watch = Deadline::After(IsPooled(connection) ? waits.idle_time : absl::ZeroDuration());
    while (HasServiceSessions(connection, waits.idle_time) || !watch.expired()) {
      if (patience.expired()) return InUse(connection);
      absl::SleepFor(kPollInterval);
    }
    Run(connection, "COMMIT");
    return absl::OkStatus();
  });
}

// Runs `work`, which locks tables, with lock_timeout = `patience`. Throws UNAVAILABLE if another session
// holds the locks for longer. Must run in a transaction.
template <typename Work>
void LockWithPatience(PgConnection& connection, absl::Duration patience, const Work& work) {
  Run(connection, "SELECT set_config('lock_timeout', $1, true)",
      std::to_string(absl::ToInt64Milliseconds(patience)));
  try {
    work();
  } catch (const PgError& error) {
    if (error.failure() != PgFailure::kConflict) throw;
    throw PgError(PgFailure::kUnavailable, InUse(connection));
  }
}

// Takes the lock that excludes other exclusive exports and imports of this database, until the transaction
// ends. Returns false if another process holds the lock.
bool TryTransferLock(PgConnection& connection) {
  bool locked = false;
  Run(connection, "SELECT pg_try_advisory_xact_lock($1)", kTransferLock).Read(0, locked);
  return locked;
}

// An export in one read-only REPEATABLE READ transaction, which lasts until the destructor. An error ends the
// transaction: all later calls fail.
class Reader : public StoreExporter {
 public:
  Reader(std::unique_ptr<PgConnection> connection, PostgresBulkWaits waits)
      : connection_(std::move(connection)), waits_(waits), tables_(*connection_) {}

  // Begins the transaction and takes its snapshot.
  absl::Status Begin(BulkAccess access) {
    return Guarded(*connection_, [&]() -> absl::Status {
      keelson::Begin(*connection_, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      // Lock before the first query: that query takes the snapshot, which must contain all earlier writes.
      if (access == BulkAccess::kExclusive) {
        LockTables();
        if (!TryTransferLock(*connection_)) return InUse(*connection_);
      }
      tables_.NumberWaiting();
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override {
    return Guarded(*connection_, [&]() -> absl::StatusOr<std::vector<EngineFault>> {
      return PgEngineCheck(*connection_).Run();
    });
  }
  absl::StatusOr<std::int64_t> Count(RowKind kind) override {
    return Guarded(*connection_, [&]() -> absl::StatusOr<std::int64_t> { return tables_.Count(kind); });
  }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    return Guarded(*connection_,
                   [&]() -> absl::StatusOr<RowBatch> { return tables_.Read(kind, after, limit); });
  }

 private:
  void LockTables() {
    LockWithPatience(*connection_, waits_.patience, [&] {
      Run(*connection_,
          "LOCK TABLE users, credentials, sessions, email_tokens, cooldowns, sign_in_throttles, orders, "
          "order_references, order_lines, order_payments, refunds, ledger_entries, messages, event_inbox, "
          "events, idempotency, settings IN SHARE MODE");
    });
  }

  const std::unique_ptr<PgConnection> connection_;
  const PostgresBulkWaits waits_;
  PgBulkTables tables_;
};

// An import: one transaction per batch. A second connection holds the transfer lock in a transaction of its
// own until the destructor.
class Target : public StoreImporter {
 public:
  // `lock` is in the transaction that holds the transfer lock.
  Target(std::unique_ptr<PgConnection> lock, std::unique_ptr<PgConnection> connection,
         PostgresBulkWaits waits)
      : lock_(std::move(lock)),
        connection_(std::move(connection)),
        waits_(waits),
        foreign_keys_(*connection_),
        tables_(*connection_) {}

  absl::StatusOr<std::int64_t> Count(RowKind kind) override {
    return Attempt([&]() -> absl::StatusOr<std::int64_t> { return tables_.Count(kind); });
  }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    return Attempt([&]() -> absl::StatusOr<RowBatch> { return tables_.Read(kind, after, limit); });
  }

  absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) override {
    absl::Status status = InTransaction([&] {
      if (!suspended_) LockWithPatience(*connection_, waits_.patience, [&] { foreign_keys_.Suspend(); });
      tables_.Insert(rows);
      connection_->Queue(
          "INSERT INTO settings (name, value) VALUES ($1, $2) "
          "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
          PgParameters(kTransferCheckpoint, BytesView{checkpoint}).view());
    });
    suspended_ |= status.ok();
    return status.ok() || absl::IsUnavailable(status) ? status : FindRefused(rows, status);
  }

  absl::StatusOr<std::string> FindCheckpoint() override {
    return Attempt([&]() -> absl::StatusOr<std::string> {
      const PgResult found =
          Run(*connection_, "SELECT value FROM settings WHERE name = $1", kTransferCheckpoint);
      std::string checkpoint;
      if (found.rows() > 0) found.Read(0, checkpoint);
      return checkpoint;
    });
  }

  absl::Status Finish() override {
    return InTransaction([&] {
      LockWithPatience(*connection_, waits_.patience, [&] { foreign_keys_.Restore(); });
      connection_->Queue("DELETE FROM settings WHERE name = $1", PgParameters(kTransferCheckpoint).view());
      connection_->Queue("ANALYZE", PgParameters().view());
    });
  }

 private:
  // Runs `work`; after an error, rolls back so that the connection stays usable.
  template <typename Work>
  std::invoke_result_t<Work> Attempt(const Work& work) {
    std::invoke_result_t<Work> result = Guarded(*connection_, work);
    if (!result.ok()) connection_->Recover(Deadline::After(waits_.patience));
    return result;
  }

  template <typename Work>
  absl::Status InTransaction(const Work& work) {
    return Attempt([&] {
      keelson::Begin(*connection_, "BEGIN ISOLATION LEVEL READ COMMITTED");
      work();
      Run(*connection_, "COMMIT");
      return absl::OkStatus();
    });
  }

  // Returns the error of a rejected batch with the key of the first rejected row. Finds that row by
  // inserting the rows one by one, because COPY does not report the row that violates a constraint. Rolls
  // back.
  absl::Status FindRefused(const RowBatch& batch, const absl::Status& refusal) {
    std::size_t next = 0;
    const absl::Status status = std::visit(
        [&](const auto& rows) {
          return InTransaction([&] {
            for (; next < rows.size(); ++next) tables_.Insert(std::decay_t<decltype(rows)>{rows[next]});
            // The server accepts each row separately: roll back, and report the error of the batch.
            throw PgError(PgFailure::kInternal, refusal);
          });
        },
        batch);
    if (next == CountOf(batch) || absl::IsUnavailable(status)) return status;
    return RowRefused(batch, next, std::string(status.message()));
  }

  const std::unique_ptr<PgConnection> lock_;
  const std::unique_ptr<PgConnection> connection_;
  const PostgresBulkWaits waits_;
  PgForeignKeys foreign_keys_;
  PgBulkTables tables_;
  bool suspended_ = false;
};

absl::StatusOr<std::unique_ptr<PgConnection>> OpenExclusive(const PgConnection::Options& options,
                                                            PostgresBulkWaits waits) {
  ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection, PgConnection::Open(options));
  RETURN_IF_ERROR(WaitForServicesToStop(*connection, waits));
  return connection;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreExporter>> PostgresBulk::OpenReader(const PgConnection::Options& options,
                                                                        BulkAccess access, Clock& clock,
                                                                        PostgresBulkWaits waits) {
  PgConnection::Options reading = options;
  if (access == BulkAccess::kShared) reading.access = PgConnection::Access::kReadOnly;
  ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection, access == BulkAccess::kExclusive
                                                                 ? OpenExclusive(reading, waits)
                                                                 : PgConnection::Open(reading));
  RETURN_IF_ERROR(PostgresMigrator(reading, clock).CheckCurrent());
  auto reader = std::make_unique<Reader>(std::move(connection), waits);
  RETURN_IF_ERROR(reader->Begin(access));
  return reader;
}

absl::StatusOr<std::unique_ptr<StoreImporter>> PostgresBulk::OpenTarget(const PgConnection::Options& options,
                                                                        Clock& clock,
                                                                        PostgresBulkWaits waits) {
  ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> lock, OpenExclusive(options, waits));
  RETURN_IF_ERROR(Guarded(*lock, [&]() -> absl::Status {
    Begin(*lock, "BEGIN ISOLATION LEVEL READ COMMITTED");
    return TryTransferLock(*lock) ? absl::OkStatus() : InUse(*lock);
  }));
  RETURN_IF_ERROR(PostgresMigrator(options, clock).Up().status());
  ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection, PgConnection::Open(options));
  return std::make_unique<Target>(std::move(lock), std::move(connection), waits);
}

}  // namespace keelson
