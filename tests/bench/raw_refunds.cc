#include "tests/bench/raw_refunds.h"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "adapters/system/system_clock.h"
#include "tests/bench/create_refunds.h"
#include "tests/bench/raw_connection.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr char kInsertRefund[] = "INSERT INTO refunds";

// Returns true for statements that control transactions and connections, which belong to no single refund.
bool IsControl(std::string_view sql) {
  for (const std::string_view word : {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"}) {
    if (sql.starts_with(word)) return true;
  }
  return false;
}

absl::Status Copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  return error ? absl::UnavailableError(error.message()) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RawRefunds>> RawRefunds::Record(const Workbench& bench) {
  const fs::path path = bench.folder / "record.db";
  if (absl::Status status = Copy(bench.database, path); !status.ok()) return status;
  std::unique_ptr<RawRefunds> raw(new RawRefunds);
  SystemClock clock;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open({.path = path}, clock);
  if (!store.ok()) return store.status();
  for (SqlStatement& statement : raw->log_.Take()) {
    const bool setting =
        statement.sql->starts_with("PRAGMA") && statement.sql->find('=') != std::string::npos;
    if (setting) raw->setup_.push_back(std::move(statement));
  }
  absl::Status status = CreateRefunds(**store, bench.seed, kRefunds, kRefundsPerCommit);
  if (!status.ok()) return status;
  raw->work_ = raw->log_.Take();
  store->reset();
  raw->log_.Stop();
  fs::remove(path);
  const auto is_control = [](const SqlStatement& statement) { return IsControl(*statement.sql); };
  raw->work_.erase(std::remove_if(raw->work_.begin(), raw->work_.end(), is_control), raw->work_.end());
  const auto refunds = std::count_if(raw->work_.begin(), raw->work_.end(), [](const SqlStatement& statement) {
    return statement.sql->starts_with(kInsertRefund);
  });
  if (refunds != kRefunds) return absl::InternalError("the recorded statements do not contain all refunds");
  return raw;
}

absl::StatusOr<double> RawRefunds::Replay(const Workbench& bench) const {
  const fs::path path = bench.folder / "raw.db";
  if (absl::Status status = Copy(bench.database, path); !status.ok()) return status;
  RawConnection connection(path, setup_);
  const absl::Time begin = absl::Now();
  connection.Begin();
  int refunds = 0;
  for (const SqlStatement& statement : work_) {
    // Each commit ends at its 64th INSERT of a refund; the other statements of this refund run in the next
    // commit.
    connection.Run(statement);
    if (!statement.sql->starts_with(kInsertRefund)) continue;
    if (++refunds % kRefundsPerCommit != 0) continue;
    connection.Commit();
    connection.Begin();
  }
  connection.Commit();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  if (!connection.status().ok()) return connection.status();
  return kRefunds / seconds;
}

}  // namespace keelson
