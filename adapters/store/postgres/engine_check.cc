#include "adapters/store/postgres/engine_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "adapters/store/postgres/migrations.h"
#include "adapters/store/sql_columns/label_faults.h"
#include "adapters/store/sql_columns/sql.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kDatabase = "database";

constexpr Sql kTables =
    "ARRAY['users', 'credentials', 'sessions', 'email_tokens', 'cooldowns', 'sign_in_throttles', 'orders', "
    "'order_references', 'order_lines', 'order_payments', 'order_labels', 'refunds', 'refund_labels', "
    "'ledger_entries', "
    "'messages', "
    "'event_inbox', 'events', 'idempotency', "
    "'settings', 'schema_migrations']::regclass[]";

constexpr auto kListIndexes =
    "SELECT c.relname::text, i.indrelid::regclass::text, i.indexrelid::regclass::text, "
    "(SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' ORDER BY k) "
    "FROM generate_series(1, i.indnkeyatts) k), "
    "coalesce(pg_get_expr(i.indpred, i.indrelid), ''), i.indisprimary, i.indisunique, "
    "i.indisvalid AND i.indisready AND i.indislive, a.amname = 'btree' "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
    "WHERE i.indrelid = ANY (" +
    kTables + ") ORDER BY 1";
constexpr auto kListTablesWithoutKey =
    "SELECT t::text FROM unnest(" + kTables +
    ") t WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t AND indisprimary)";
constexpr auto kListUnvalidatedConstraints =
    "SELECT conrelid::regclass::text, conname::text FROM pg_constraint WHERE NOT convalidated AND conrelid "
    "= ANY (" +
    kTables + ") ORDER BY 1, 2";

// The entries of `labels` that no row of `table` has, and the labels of the rows of `table` without an entry.
constexpr auto CountWrongLabels(const auto& table, const auto& labels) {
  return "SELECT (SELECT count(*) FROM " + Sql(labels) + " l WHERE NOT EXISTS (SELECT FROM " + Sql(table) +
         " t WHERE t.id = l.id AND t.user_id = l.user_id AND t.state = l.state AND t.create_time = "
         "l.create_time AND t.labels ->> l.key = l.value)), (SELECT count(*) FROM " +
         Sql(table) + " t CROSS JOIN LATERAL jsonb_each_text(t.labels) e WHERE NOT EXISTS (SELECT FROM " +
         Sql(labels) +
         " l WHERE l.key = e.key AND l.value = e.value AND l.state = t.state AND l.create_time = "
         "t.create_time AND l.id = t.id AND l.user_id = t.user_id))";
}
constexpr auto kCountWrongOrderLabels = CountWrongLabels("orders", "order_labels");
constexpr auto kCountWrongRefundLabels = CountWrongLabels("refunds", "refund_labels");

// Number and checksum of the rows that a scan returns, regardless of their order.
constexpr std::string_view kSelectChecksum =
    "SELECT count(*), coalesce(sum(hashtid(ctid)::bigint), 0)::bigint FROM ";

constexpr char kScanTables[] =
    "SELECT set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)";
constexpr char kScanIndexes[] =
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'on', true), "
    "set_config('enable_sort', 'off', true)";

// Returns the names of the indexes that the migrations declare, mapped to whether the index is unique.
std::map<std::string, bool> DeclaredIndexes() {
  std::map<std::string, bool> indexes;
  for (const Migration& migration : PostgresMigrations()) {
    for (const absl::string_view line : absl::StrSplit(ToAbsl(migration.up), '\n')) {
      const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" ,;"), absl::SkipEmpty());
      const bool unique =
          words.size() > 3 && words[0] == "CREATE" && words[1] == "UNIQUE" && words[2] == "INDEX";
      if (unique || (words.size() > 2 && words[0] == "CREATE" && words[1] == "INDEX")) {
        indexes[words[unique ? 3 : 2]] = unique;
      } else if (words.size() > 2 && words[0] == "DROP" && words[1] == "INDEX") {
        for (std::size_t i = 2; i < words.size(); ++i) indexes.erase(words[i]);
      }
    }
  }
  return indexes;
}

struct ScannedRows {
  std::int64_t count = 0;
  std::int64_t sum = 0;

  bool operator==(const ScannedRows&) const = default;
};

ScannedRows ReadScan(const PgResult& result) {
  ScannedRows rows;
  result.Read(0, rows.count, rows.sum);
  return rows;
}

}  // namespace

std::vector<EngineFault> PgEngineCheck::Run() {
  CheckDatabase();
  const std::vector<Index> indexes = ListIndexes();
  CheckDeclared(indexes);
  CheckConstraints();
  for (const Index& index : indexes) {
    if (index.valid && index.is_btree) CompareWithTable(index);
  }
  CheckLabels("order_labels", kCountWrongOrderLabels);
  CheckLabels("refund_labels", kCountWrongRefundLabels);
  RunAmcheck(indexes);
  if (faults_.size() > StoreExporter::kMaxEngineFaults) faults_.resize(StoreExporter::kMaxEngineFaults);
  return std::move(faults_);
}

PgResult PgEngineCheck::Select(const std::string& sql) {
  PgResult result;
  connection_.QueueOnce(sql, &result);
  connection_.Finish(Deadline::Never());
  return result;
}

template <typename Work>
void PgEngineCheck::RunInSavepoint(const std::string& object, const Work& work) {
  Select("SAVEPOINT engine_check");
  try {
    work();
  } catch (const PgError& error) {
    if (error.failure() != PgFailure::kDamaged) throw;
    Report(object, std::string(error.status().message()));
  }
  // Restores the planner's settings: without index scans, the export that follows would scan a whole table
  // for each page.
  Select("ROLLBACK TO SAVEPOINT engine_check");
  Select("RELEASE SAVEPOINT engine_check");
}

void PgEngineCheck::Report(std::string object, std::string description) {
  faults_.push_back({std::move(object), std::move(description)});
}

void PgEngineCheck::CheckDatabase() {
  const PgResult failed = Select(
      "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database() AND "
      "checksum_failures > 0");
  for (int row = 0; row < failed.rows(); ++row) {
    std::int64_t count = 0;
    failed.Read(row, count);
    Report(std::string(kDatabase),
           StrCat(count, " page checksum failures since the last reset of the statistics"));
  }
  const PgResult changed = Select(
      "SELECT datcollversion, pg_database_collation_actual_version(oid) FROM pg_database "
      "WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)");
  for (int row = 0; row < changed.rows(); ++row) {
    std::string before;
    std::string now;
    changed.Read(row, before, now);
    Report(std::string(kDatabase),
           StrCat("collation version changed from ", before, " to ", now,
                  ": run REINDEX DATABASE and ALTER DATABASE ... REFRESH COLLATION VERSION"));
  }
}

std::vector<PgEngineCheck::Index> PgEngineCheck::ListIndexes() {
  const PgResult found = Select(kListIndexes.text);
  std::vector<Index> indexes(static_cast<std::size_t>(found.rows()));
  for (int row = 0; row < found.rows(); ++row) {
    Index& index = indexes[static_cast<std::size_t>(row)];
    found.Read(row, index.name, index.table, index.quoted_name, index.columns, index.predicate, index.primary,
               index.unique, index.valid, index.is_btree);
  }
  return indexes;
}

void PgEngineCheck::CheckDeclared(const std::vector<Index>& indexes) {
  for (const auto& [name, unique] : DeclaredIndexes()) {
    const auto found =
        std::find_if(indexes.begin(), indexes.end(), [&](const Index& i) { return i.name == name; });
    if (found == indexes.end()) {
      Report(name, "missing, although its migration is applied");
    } else if (found->unique != unique) {
      Report(name, "differs from its migration");
    }
  }
  for (const Index& index : indexes) {
    if (!index.valid) Report(index.name, "invalid: rebuild it by REINDEX INDEX");
  }
  const PgResult without = Select(kListTablesWithoutKey.text);
  for (int row = 0; row < without.rows(); ++row) {
    std::string table;
    without.Read(row, table);
    Report(table, "no primary key");
  }
}

void PgEngineCheck::CheckConstraints() {
  const PgResult found = Select(kListUnvalidatedConstraints.text);
  for (int row = 0; row < found.rows(); ++row) {
    std::string table;
    std::string name;
    found.Read(row, table, name);
    Report(table, StrCat("constraint ", name, " is not validated"));
  }
}

void PgEngineCheck::CompareWithTable(const Index& index) {
  const std::string where = index.predicate.empty() ? "" : StrCat(" WHERE ", index.predicate);
  const std::string by_table = StrCat(kSelectChecksum, index.table, where);
  // OFFSET 0 prevents the planner from dropping ORDER BY, which only this index can satisfy without a sort.
  const std::string by_index = StrCat(kSelectChecksum, "(SELECT ctid FROM ", index.table, where, " ORDER BY ",
                                      index.columns, " OFFSET 0) AS ordered");
  RunInSavepoint(index.name, [&] {
    Select(kScanIndexes);
    std::string plan;
    Select(StrCat("EXPLAIN (FORMAT JSON, COSTS OFF) ", by_index)).Read(0, plan);
    // Skip an index that the planner does not use, such as one that an operator added.
    if (plan.find(StrCat("\"Index Name\": \"", index.name, "\"")) == std::string::npos) return;
    const ScannedRows by_index_scan = ReadScan(Select(by_index));
    Select(kScanTables);
    const ScannedRows by_table_scan = ReadScan(Select(by_table));
    if (by_index_scan == by_table_scan) return;
    Report(index.name, StrCat("an index scan returns ", by_index_scan.count, " rows, a sequential scan of ",
                              index.table, " ", by_table_scan.count,
                              by_index_scan.count == by_table_scan.count ? " different rows" : ""));
  });
}

void PgEngineCheck::CheckLabels(const std::string& table, const char* sql) {
  RunInSavepoint(table, [&] {
    std::int64_t extra = 0;
    std::int64_t missing = 0;
    Select(sql).Read(0, extra, missing);
    if (extra > 0 || missing > 0) Report(table, WrongLabels(extra, missing));
  });
}

void PgEngineCheck::RunAmcheck(const std::vector<Index>& indexes) {
  // Checks the privilege by oid, because a name in a schema without USAGE can't be looked up.
  const PgResult found = Select(
      "SELECT quote_ident(n.nspname), "
      "has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE') "
      "FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
      "JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'bt_index_check' AND p.pronargs = 2 "
      "WHERE e.extname = 'amcheck'");
  if (found.rows() == 0) return;
  std::string schema;
  bool permitted = false;
  found.Read(0, schema, permitted);
  if (!permitted) return;
  for (const Index& index : indexes) {
    if (!index.valid || !index.is_btree) continue;
    RunInSavepoint(index.name, [&] {
      Select(StrCat("SELECT FROM ", schema, ".bt_index_check('", index.quoted_name, "'::regclass, true)"));
    });
  }
}

}  // namespace keelson
