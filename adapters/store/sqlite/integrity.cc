#include "adapters/store/sqlite/integrity.h"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "adapters/store/sql_columns/label_faults.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/query.h"
#include "adapters/store/sqlite/schema.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Faults = std::vector<EngineFault>;

constexpr std::string_view kDatabase = "database";
constexpr auto kCheckIntegrity =
    "PRAGMA integrity_check(" + kSqlNumber<StoreExporter::kMaxEngineFaults> + ")";

// Returns the index name at the end of a message of integrity_check ("... index NAME").
std::string ObjectIn(std::string_view problem) {
  constexpr std::string_view kIndex = " index ";
  const std::size_t at = problem.rfind(kIndex);
  const std::string_view name = at == std::string_view::npos ? "" : problem.substr(at + kIndex.size());
  return std::string(name.empty() || name.find(' ') != std::string_view::npos ? kDatabase : name);
}

void CheckPagesAndIndexes(Connection& connection, Faults& faults) {
  Query check(connection, kCheckIntegrity);
  Rows rows = check.Select();
  while (rows.Next()) {
    std::string problems;
    rows.Read(problems);
    // Damaged pages are reported in one row, one line each, after a heading.
    for (const absl::string_view line : absl::StrSplit(problems, '\n')) {
      const std::string problem(line);
      if (problem != "ok" && !absl::StartsWith(line, "*** in database"))
        faults.push_back({ObjectIn(problem), problem});
    }
  }
}

void CheckForeignKeys(Connection& connection, Faults& faults) {
  // Only counts the rows, because the check returns no rowid for WITHOUT ROWID tables.
  Query check(connection, "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2");
  Rows rows = check.Select();
  while (rows.Next()) {
    std::string table;
    std::string parent;
    std::int64_t count = 0;
    rows.Read(table, parent, count);
    faults.push_back({table, StrCat(count, " rows refer to missing rows of ", parent)});
  }
}

// Maps the names of tables and indexes to their CREATE statements.
std::map<std::string, std::string> ReadSchema(Connection& connection) {
  std::map<std::string, std::string> schema;
  Query list(connection, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  Rows rows = list.Select();
  while (rows.Next()) {
    std::string name;
    std::string sql;
    rows.Read(name, sql);
    schema.emplace(std::move(name), std::move(sql));
  }
  return schema;
}

void CheckSchema(Connection& connection, Faults& faults) {
  absl::StatusOr<std::unique_ptr<Connection>> memory =
      Connection::Open({.path = ":memory:", .access = Connection::Access::kReadWrite});
  if (!memory.ok()) throw std::runtime_error(std::string(memory.status().message()));
  Schema::Create(**memory);
  const std::map<std::string, std::string> found = ReadSchema(connection);
  for (const auto& [name, sql] : ReadSchema(**memory)) {
    const auto object = found.find(name);
    if (object == found.end()) {
      faults.push_back({name, "missing, although its migration is applied"});
    } else if (object->second != sql) {
      faults.push_back({name, "differs from its migration"});
    }
  }
}

// The entries of `labels` that no row of `table` has, and the labels of the rows of `table` without an entry.
// CASE prevents an error for a text that is not JSON, which the check of the rows reports.
constexpr auto CountWrongLabels(const auto& table, const auto& labels) {
  return "WITH label (key, value, state, create_time, id) AS NOT MATERIALIZED (SELECT l.key, l.value, "
         "t.state, t.create_time, t.id FROM " +
         Sql(table) +
         " t, json_each(CASE WHEN json_valid(t.labels) THEN t.labels END) l) "
         "SELECT (SELECT count(*) FROM " +
         Sql(labels) +
         " e WHERE NOT EXISTS (SELECT 1 FROM label WHERE id = e.id AND key = e.key AND value = e.value AND "
         "state = e.state AND create_time = e.create_time)), (SELECT count(*) FROM label l WHERE NOT EXISTS "
         "(SELECT 1 FROM " +
         Sql(labels) +
         " WHERE key = l.key AND value = l.value AND state = l.state AND create_time = l.create_time AND id "
         "= l.id))";
}
constexpr auto kCountWrongOrderLabels = CountWrongLabels("orders", "order_labels");
constexpr auto kCountWrongRefundLabels = CountWrongLabels("refunds", "refund_labels");

void CheckLabelTable(Connection& connection, const char* sql, std::string_view labels, Faults& faults) {
  Query count(connection, sql);
  Rows rows = count.Select();
  rows.Next();
  std::int64_t extra = 0;
  std::int64_t missing = 0;
  rows.Read(extra, missing);
  if (extra > 0 || missing > 0) faults.push_back({std::string(labels), WrongLabels(extra, missing)});
}

void CheckLabelTables(Connection& connection, Faults& faults) {
  CheckLabelTable(connection, kCountWrongOrderLabels, "order_labels", faults);
  CheckLabelTable(connection, kCountWrongRefundLabels, "refund_labels", faults);
}

// If a check fails with SQLITE_CORRUPT, that error is reported as a fault, too.
absl::Status RunCheck(void (*check)(Connection&, Faults&), Connection& connection, Faults& faults) {
  const absl::Status status = connection.CatchErrors([&] {
    check(connection, faults);
    return absl::OkStatus();
  });
  if (!IsDamage(status)) return status;
  connection.Reset();
  faults.push_back({std::string(kDatabase), std::string(status.message())});
  return absl::OkStatus();
}

template <std::size_t size>
absl::StatusOr<Faults> RunChecks(void (*const (&checks)[size])(Connection&, Faults&),
                                 Connection& connection) {
  Faults faults;
  for (const auto check : checks) {
    RETURN_IF_ERROR(RunCheck(check, connection, faults));
  }
  if (faults.size() > StoreExporter::kMaxEngineFaults) faults.resize(StoreExporter::kMaxEngineFaults);
  return faults;
}

}  // namespace

absl::StatusOr<std::vector<EngineFault>> FindDamage(Connection& connection) {
  return RunChecks({&CheckPagesAndIndexes}, connection);
}

absl::StatusOr<std::vector<EngineFault>> FindEngineFaults(Connection& connection) {
  return RunChecks({&CheckPagesAndIndexes, &CheckForeignKeys, &CheckSchema, &CheckLabelTables}, connection);
}

}  // namespace keelson
