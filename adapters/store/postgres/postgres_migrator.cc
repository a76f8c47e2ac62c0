#include "adapters/store/postgres/postgres_migrator.h"

#include <algorithm>

#include "adapters/store/postgres/begin.h"
#include "adapters/store/postgres/locks.h"
#include "adapters/store/postgres/migrations.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Timeout of one migration: long enough to build an index on a large table.
constexpr absl::Duration kStepTimeout = absl::Minutes(30);

constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, checksum "
    "text NOT NULL, "
    "apply_time timestamptz NOT NULL)";

}  // namespace

// A connection on which migrations are applied and reverted.
class PostgresMigrator::Session {
 public:
  static absl::StatusOr<Session> Open(const PgConnection::Options& options, Clock& clock) {
    ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection, PgConnection::Open(options));
    return Session(std::move(connection), clock.Now());
  }

  std::vector<MigrationStatus> Status() { return CompareMigrations(PostgresMigrations(), ListApplied()); }

  int CountApplied() {
    const absl::StatusOr<int> count = keelson::CountApplied(Status());
    if (!count.ok()) throw Unusable(std::string(count.status().message()));
    return *count;
  }

  // Applies (if `up`) or reverts one migration and returns its version. `next` returns the version of that
  // migration, given the number of applied migrations. If `next` returns nullopt, returns nullopt; this case
  // requires only read privileges.
  template <typename Next>
  std::optional<int> TakeStep(bool up, Next next) {
    if (!next(CountApplied())) return std::nullopt;
    QueueLongBegin(*connection_, "BEGIN");
    Run(kPgTakeLock, kMigrationLock);
    // to_regclass may return a stale result after the wait for the lock: PostgreSQL processes cache
    // invalidations when a session locks a relation.
    if (!IsRecorded()) connection_->RunScript(kCreateTable, deadline_);
    // Another process may have applied the migration during the wait for the lock.
    const std::optional<int> version = next(CountApplied());
    if (version) {
      const Migration& m = PostgresMigrations()[static_cast<std::size_t>(*version) - 1];
      connection_->RunScript(std::string(up ? m.up : m.down), deadline_);
      up ? Remember(m) : Forget(m);
    }
    connection_->RunScript("COMMIT", deadline_);
    return version;
  }

 private:
  Session(std::unique_ptr<PgConnection> connection, absl::Time now)
      : connection_(std::move(connection)), deadline_(Deadline::After(kStepTimeout)), now_(now) {}

  PgError Unusable(std::string_view cause) const {
    return {PgFailure::kUnavailable, PgUnavailable(StrCat(connection_->database(), " ", cause))};
  }

  template <typename... Ts>
  PgResult Run(const char* sql, const Ts&... values) {
    PgResult result;
    connection_->Queue(sql, PgParameters(values...).view(), PgConnection::kAnyNumber, &result);
    connection_->Finish(deadline_);
    return result;
  }

  bool IsRecorded() {
    bool there = false;
    Run("SELECT to_regclass('schema_migrations') IS NOT NULL").Read(0, there);
    return there;
  }

  std::vector<AppliedMigration> ListApplied() {
    if (!IsRecorded()) return {};
    const PgResult rows =
        Run("SELECT version, name, checksum, apply_time FROM schema_migrations ORDER BY version");
    std::vector<AppliedMigration> applied(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
      AppliedMigration& a = applied[static_cast<std::size_t>(row)];
      rows.Read(row, a.version, a.name, a.checksum, a.apply_time);
    }
    return applied;
  }

  void Remember(const Migration& m) {
    Run("INSERT INTO schema_migrations (version, name, checksum, apply_time) VALUES ($1, $2, $3, $4)",
        m.version, m.name, m.checksum, now_);
  }
  void Forget(const Migration& m) { Run("DELETE FROM schema_migrations WHERE version = $1", m.version); }

  std::unique_ptr<PgConnection> connection_;
  Deadline deadline_;
  absl::Time now_;
};

absl::StatusOr<std::vector<MigrationStatus>> PostgresMigrator::Status() const {
  PgConnection::Options options = options_;
  options.access = PgConnection::Access::kReadOnly;
  ASSIGN_OR_RETURN(Session session, Session::Open(options, clock_));
  try {
    return session.Status();
  } catch (const PgError& error) {
    return error.status();
  }
}

absl::Status PostgresMigrator::CheckCurrent() const {
  ASSIGN_OR_RETURN(Session session, Session::Open(options_, clock_));
  try {
    const std::size_t pending =
        PostgresMigrations().size() - static_cast<std::size_t>(session.CountApplied());
    if (pending == 0) return absl::OkStatus();
    return PgUnavailable(StrCat(PgConnection::Describe(options_.url), " has ", pending,
                                " pending migration(s): run keelson migrate up"));
  } catch (const PgError& error) {
    return error.status();
  }
}

absl::StatusOr<std::vector<int>> PostgresMigrator::Up(std::optional<int> to) const {
  const int last = static_cast<int>(PostgresMigrations().size());
  return StepByStep(to, [target = to.value_or(last)](Session& session) {
    return session.TakeStep(/*up=*/true, [target](int applied) {
      return applied < target ? std::optional(applied + 1) : std::nullopt;
    });
  });
}

absl::StatusOr<std::vector<int>> PostgresMigrator::Down(std::optional<int> to) const {
  std::optional<int> target = to;
  return StepByStep(to, [&target](Session& session) {
    return session.TakeStep(/*up=*/false, [&target](int applied) {
      if (!target) target = std::max(applied - 1, 0);
      return applied > *target ? std::optional(applied) : std::nullopt;
    });
  });
}

template <typename Step>
absl::StatusOr<std::vector<int>> PostgresMigrator::StepByStep(std::optional<int> to, Step step) const {
  const int last = static_cast<int>(PostgresMigrations().size());
  if (to && (*to < 0 || *to > last)) {
    return absl::InvalidArgumentError(StrCat("schema version ", *to, " of ",
                                             PgConnection::Describe(options_.url),
                                             " does not exist: the versions are 0 to ", last));
  }
  ASSIGN_OR_RETURN(Session session, Session::Open(options_, clock_));
  std::vector<int> done;
  try {
    while (const std::optional<int> version = step(session)) done.push_back(*version);
    return done;
  } catch (const PgError& error) {
    if (error.failure() != PgFailure::kDenied) return error.status();
    return PgUnavailable(StrCat(std::string(error.status().message()),
                                ": run keelson migrate up as the role that owns the schema"));
  }
}

}  // namespace keelson
