#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/create_refunds.h"
#include "tests/bench/figures.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/postgres_statements.h"
#include "tests/bench/refund_load.h"
#include "tests/bench/requests.h"
#include "tests/support/postgres/pgbench.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr int kConnections = 8;
constexpr int kCallersPerConnection = 8;
constexpr double kBar = 0.65;
constexpr int kHotCallersPerConnection = 4;
constexpr double kHotBar = 0.3;
// Below the largest value of refunds.max_per_order, 1000.
constexpr std::size_t kHotRefunds = 900;
constexpr char kDatabase[] = "refunds";
constexpr char kInsertRefund[] = "INSERT INTO refunds";
constexpr char kInsertIdempotency[] = "INSERT INTO idempotency";
constexpr std::int64_t kFirstRefund = 300'000'000'000;

absl::StatusOr<std::vector<PgStatement>> RecordRefund(PostgresBench& postgres) {
  postgres.CopySeed(kDatabase);
  absl::StatusOr<std::unique_ptr<Store>> store = postgres.OpenStore(kDatabase);
  if (!store.ok()) return store.status();
  return RecordStatements(postgres.server(), kInsertRefund, [&] {
    return CreateRefunds(**store, postgres.seed(), /*count=*/1, /*callers=*/1);
  });
}

// A pgbench script that executes the statements of one refund as one pipeline. Each execution uses a random
// order, new ids and a new request id; all other parameters have the recorded values.
class RefundScript {
 public:
  RefundScript(const std::vector<PgStatement>& statements, const Seed& seed) {
    for (const PgStatement& statement : statements) Learn(statement);
    load_.clients = PostgresBench::kClients;
    load_.variables["n"] = "0";
    const std::size_t orders = seed.order_ids.size();
    load_.script = absl::StrCat(
        "\\set n :n + 1\n\\set call :n * ", load_.clients, " + :client_id\n\\set refund ", kFirstRefund,
        " + :call\n\\set place permute(:call % ", orders, ", ", orders, ")\n\\set order ", kFirstOrder,
        " + :place\n\\set owner ", kFirstUser, " + :place % ", seed.user_ids.size(), "\n\\startpipeline\n");
    for (const PgStatement& statement : statements) Add(statement);
    load_.script += "\\endpipeline\n";
  }
  const servers::Pgbench& load() const { return load_; }

 private:
  // Finds the recorded values that each execution must replace: the first columns of refunds are the ids of
  // the refund, the order and the user; the first column of idempotency is the key.
  void Learn(const PgStatement& statement) {
    if (absl::StartsWith(statement.sql, kInsertRefund)) {
      varying_[statement.parameters.at(0).value()] = UuidOf("refund");
      varying_[statement.parameters.at(1).value()] = UuidOf("order");
      varying_[statement.parameters.at(2).value()] = UuidOf("owner");
    } else if (absl::StartsWith(statement.sql, kInsertIdempotency)) {
      varying_[statement.parameters.at(0).value()] = "gen_random_uuid()";
    }
  }

  void Add(const PgStatement& statement) {
    std::string sql = statement.sql;
    // Replaces the last parameter first, because $1 is a prefix of $10.
    for (std::size_t i = statement.parameters.size(); i > 0; --i) {
      sql = absl::StrReplaceAll(sql, {{absl::StrCat("$", i), Parameter(statement.parameters[i - 1])}});
    }
    absl::StrAppend(&load_.script, sql, ";\n");
  }

  std::string Parameter(const std::optional<std::string>& value) {
    if (!value) return "NULL";
    // pgbench does not support empty variables.
    if (value->empty()) return "''";
    if (const auto varying = varying_.find(*value); varying != varying_.end()) return varying->second;
    std::string name = absl::StrCat("p", load_.variables.size());
    load_.variables[name] = *value;
    return ":" + name;
  }

  std::map<std::string, std::string> varying_;
  servers::Pgbench load_;
};

// Measures CreateRefund with a new service on a new database.
absl::StatusOr<LoadResult> CreateRefunds(PostgresBench& postgres, std::size_t in_a_row, int callers) {
  postgres.CopySeed(kDatabase);
  absl::StatusOr<Service> service =
      postgres.Serve(kDatabase, {kWithoutSettlement, "refunds.max_per_order=1000"});
  if (!service.ok()) return service.status();
  RefundRequests requests(postgres.seed(), in_a_row);
  Load load{.port = service->port(),
            .method = kCreateRefundMethod,
            .connections = kConnections,
            .callers = callers};
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

}  // namespace

Figures MeasurePostgresRefunds(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  const absl::StatusOr<std::vector<PgStatement>> statements = RecordRefund(**postgres);
  if (!statements.ok()) return statements.status();
  const RefundScript script(*statements, (*postgres)->seed());
  std::vector<double> ratios;
  std::vector<double> hot_ratios;
  for (int round = 0; round < kRounds; ++round) {
    absl::StatusOr<LoadResult> ours = CreateRefunds(**postgres, 1, kCallersPerConnection);
    if (!ours.ok()) return ours.status();
    (*postgres)->CopySeed(kDatabase);
    const double issued_raw = servers::RunPgbench((*postgres)->server(), kDatabase, script.load());
    std::fprintf(stderr, "postgres_refund: %.0f/s (p50 %.2f ms, p99 %.2f ms); pgbench %.0f/s\n",
                 ours->calls_per_second, absl::ToDoubleMilliseconds(ours->p50()),
                 absl::ToDoubleMilliseconds(ours->p99()), issued_raw);
    ratios.push_back(ours->calls_per_second / issued_raw);
    absl::StatusOr<LoadResult> spread = CreateRefunds(**postgres, 1, kHotCallersPerConnection);
    if (!spread.ok()) return spread.status();
    absl::StatusOr<LoadResult> hot = CreateRefunds(**postgres, kHotRefunds, kHotCallersPerConnection);
    if (!hot.ok()) return hot.status();
    std::fprintf(stderr, "postgres_hot_order: %.0f/s; over many orders %.0f/s\n", hot->calls_per_second,
                 spread->calls_per_second);
    hot_ratios.push_back(hot->calls_per_second / spread->calls_per_second);
  }
  return std::vector<Figure>{{"postgres_refund", Median(ratios), Figure::Bar::kAtLeast, kBar},
                             {"postgres_hot_order", Median(hot_ratios), Figure::Bar::kAtLeast, kHotBar}};
}

}  // namespace keelson
