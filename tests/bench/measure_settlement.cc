#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "adapters/system/system_clock.h"
#include "tests/bench/create_refunds.h"
#include "tests/bench/figures.h"
#include "tests/bench/read_probe.h"
#include "tests/bench/refund_load.h"
#include "tests/bench/service.h"
#include "tests/support/http/scripted_server.h"

namespace keelson {
namespace {

constexpr int kRounds = 3;
constexpr int kBacklog = 100'000;
constexpr int kCreators = 64;
constexpr double kBacklogBar = 0.5;
constexpr double kReadsBar = 2;
constexpr int kOverHttp = 3000;
constexpr int kConcurrency = 4;
constexpr std::chrono::milliseconds kLatency{50};
constexpr double kLatencyBar = 0.8;
// Settlement reaches its final rate in this time.
constexpr absl::Duration kWarmUp = absl::Seconds(1);
constexpr absl::Duration kSpan = absl::Seconds(4);
// Delays the sending of the e-mails that settlement queues.
constexpr char kWithoutEmail[] = "email.dispatch.poll=1h";

// Executes `sql`. Returns the first column of its last row, or 0.
absl::StatusOr<std::int64_t> Execute(const std::filesystem::path& database, const std::string& sql) {
  sqlite3* connection = nullptr;
  std::int64_t value = 0;
  const auto read = [](void* result, int, char** columns, char**) {
    *static_cast<std::int64_t*>(result) = std::strtoll(columns[0], nullptr, 10);
    return 0;
  };
  int code = sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  if (code == SQLITE_OK) code = sqlite3_exec(connection, sql.c_str(), read, &value, nullptr);
  const std::string error = sqlite3_errmsg(connection);
  sqlite3_close(connection);
  if (code != SQLITE_OK) return absl::UnavailableError(error);
  return value;
}

// Returns a copy of `bench` whose database has `count` due refunds of payments through `provider`.
absl::StatusOr<Workbench> WithBacklog(const Workbench& bench, int count, const std::string& provider) {
  Workbench backlog = bench;
  backlog.database = bench.folder / absl::StrCat("backlog_", provider, ".db");
  std::error_code error;
  std::filesystem::copy_file(bench.database, backlog.database,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) return absl::UnavailableError(error.message());
  const auto prepared =
      Execute(backlog.database, absl::StrCat("UPDATE orders SET payment_provider = '", provider,
                                             "', payment_reference = 'pi_' || payment_reference"));
  if (!prepared.ok()) return prepared.status();
  SystemClock clock;
  SqliteOptions options;
  options.path = backlog.database;
  const auto store = SqliteStore::Open(options, clock);
  if (!store.ok()) return store.status();
  if (absl::Status status = CreateRefunds(**store, bench.seed, count, kCreators); !status.ok()) return status;
  return backlog;
}

absl::StatusOr<std::int64_t> CountSettled(const Service& service) {
  return Execute(service.database(), "SELECT count(*) FROM refunds WHERE state = 4");
}

struct Settled {
  std::int64_t count = 0;
  absl::Time time;
};

absl::StatusOr<Settled> Observe(const Service& service) {
  const absl::StatusOr<std::int64_t> count = CountSettled(service);
  if (!count.ok()) return count.status();
  return Settled{*count, absl::Now()};
}

absl::StatusOr<double> RateSince(const Settled& before, const Service& service) {
  const absl::StatusOr<Settled> now = Observe(service);
  if (!now.ok()) return now.status();
  return static_cast<double>(now->count - before.count) / absl::ToDoubleSeconds(now->time - before.time);
}

struct BacklogResult {
  double settled_per_second = 0;
  absl::Duration reads_p99;
};

absl::StatusOr<BacklogResult> SettleBacklog(const Workbench& backlog) {
  absl::StatusOr<Service> service = Service::Start(backlog, {kWithoutEmail});
  if (!service.ok()) return service.status();
  absl::SleepFor(kWarmUp);
  const absl::StatusOr<Settled> before = Observe(*service);
  if (!before.ok()) return before.status();
  const absl::StatusOr<LoadResult> reads = ProbeReads(backlog, *service, kSpan);
  if (!reads.ok()) return reads.status();
  const absl::StatusOr<double> rate = RateSince(*before, *service);
  if (!rate.ok()) return rate.status();
  return BacklogResult{*rate, reads->p99()};
}

absl::StatusOr<absl::Duration> IdleReads(const Workbench& bench) {
  absl::StatusOr<Service> service = Service::Start(bench, {kWithoutEmail});
  if (!service.ok()) return service.status();
  const absl::StatusOr<LoadResult> reads = ProbeReads(bench, *service, kSpan);
  if (!reads.ok()) return reads.status();
  return reads->p99();
}

Figures MeasureBacklog(const Workbench& bench) {
  const absl::StatusOr<Workbench> backlog = WithBacklog(bench, kBacklog, "recorded");
  if (!backlog.ok()) return backlog.status();
  std::vector<double> rates;
  std::vector<double> latencies;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<LoadResult> created = LoadRefunds(bench, {kWithoutSettlement});
    if (!created.ok()) return created.status();
    const absl::StatusOr<absl::Duration> idle = IdleReads(bench);
    if (!idle.ok()) return idle.status();
    const absl::StatusOr<BacklogResult> settled = SettleBacklog(*backlog);
    if (!settled.ok()) return settled.status();
    std::fprintf(stderr,
                 "settlement: %.0f refunds/s of a backlog of %d; CreateRefund %.0f/s; GetUser p99 %.0f us "
                 "meanwhile, %.0f us idle\n",
                 settled->settled_per_second, kBacklog, created->calls_per_second,
                 absl::ToDoubleMicroseconds(settled->reads_p99), absl::ToDoubleMicroseconds(*idle));
    rates.push_back(settled->settled_per_second / created->calls_per_second);
    latencies.push_back(absl::FDivDuration(settled->reads_p99, *idle));
  }
  return std::vector<Figure>{{"settle_backlog", Median(rates), Figure::Bar::kAtLeast, kBacklogBar},
                             {"settle_reads_p99", Median(latencies), Figure::Bar::kAtMost, kReadsBar}};
}

absl::StatusOr<double> SettleOverHttp(const Workbench& backlog) {
  servers::ScriptedServer api([](const servers::SeenRequest&) {
    return servers::ScriptedAnswer{.body = R"({"id":"re_1","object":"refund","status":"succeeded"})",
                                   .delay = kLatency};
  });
  absl::StatusOr<Service> service = Service::Start(
      backlog, {kWithoutEmail, R"(payments.providers=["stripe"])", "payments.stripe.api_key=sk_bench",
                absl::StrCat("payments.stripe.base_url=", api.url()),
                absl::StrCat("payments.concurrency=", kConcurrency)});
  if (!service.ok()) return service.status();
  absl::SleepFor(kWarmUp);
  const absl::StatusOr<Settled> before = Observe(*service);
  if (!before.ok()) return before.status();
  absl::SleepFor(kSpan);
  return RateSince(*before, *service);
}

absl::StatusOr<Figure> MeasureLatency(const Workbench& bench) {
  const absl::StatusOr<Workbench> backlog = WithBacklog(bench, kOverHttp, "stripe");
  if (!backlog.ok()) return backlog.status();
  const double possible = kConcurrency / std::chrono::duration<double>(kLatency).count();
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> rate = SettleOverHttp(*backlog);
    if (!rate.ok()) return rate.status();
    std::fprintf(stderr, "settlement: %.1f refunds/s over HTTP; the maximum is %.0f\n", *rate, possible);
    ratios.push_back(*rate / possible);
  }
  return Figure{"settle_latency", Median(ratios), Figure::Bar::kAtLeast, kLatencyBar};
}

}  // namespace

Figures MeasureSettlement(const Workbench& bench) {
  const absl::StatusOr<Figure> latency = MeasureLatency(bench);
  if (!latency.ok()) return latency.status();
  Figures figures = MeasureBacklog(bench);
  if (figures.ok()) figures->push_back(*latency);
  return figures;
}

}  // namespace keelson
