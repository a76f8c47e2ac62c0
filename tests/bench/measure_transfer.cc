#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/read_ahead/read_ahead.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/system/system_clock.h"
#include "core/store/export/copy_store.h"
#include "tests/bench/figures.h"
#include "tests/bench/postgres_bench.h"

namespace keelson {
namespace {

constexpr SeedSize kSize = {.users = 100'000, .orders = 100'000};
constexpr double kRowsPerSecond = 20'000;
constexpr int kRounds = 3;
constexpr char kDatabase[] = "transferred";

// Transfers all data to the database `target`. Returns rows per second, including the comparison of the
// stores.
absl::StatusOr<double> Transfer(const std::filesystem::path& source, const std::string& target) {
  SystemClock clock;
  auto from = SqliteBulk::OpenReader(source, BulkAccess::kExclusive, clock);
  if (!from.ok()) return from.status();
  auto to = PostgresBulk::OpenTarget({.url = target}, clock);
  if (!to.ok()) return to.status();
  const absl::Time began = absl::Now();
  ReadAheadReader from_store(*std::move(from));
  ReadAheadTarget to_store(*std::move(to));
  CopyStore transfer(from_store, to_store, [](const TransferProgress&) {});
  const absl::StatusOr<std::vector<TransferredTable>> tables = transfer.Handle();
  if (!tables.ok()) return tables.status();
  std::int64_t rows = 0;
  for (const TransferredTable& table : *tables) rows += table.rows;
  return static_cast<double>(rows) / absl::ToDoubleSeconds(absl::Now() - began);
}

}  // namespace

Figures MeasureTransfer(const Workbench& bench) {
  const std::filesystem::path source = bench.folder / "source.db";
  absl::StatusOr<Seed> seed = MakeDatabase(source, kSize);
  if (!seed.ok()) return seed.status();
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  servers::PostgresServer& server = (*postgres)->server();
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    server.Execute(absl::StrCat("DROP DATABASE IF EXISTS ", kDatabase, " WITH (FORCE)"));
    server.CreateDatabase(kDatabase);
    const absl::StatusOr<double> rate = Transfer(source, server.socket_url(kDatabase));
    if (!rate.ok()) return rate.status();
    const double copied =
        (kSize.users + kSize.orders) / absl::ToDoubleSeconds(CopyDuration(server, kDatabase));
    std::fprintf(stderr, "transfer: %.0f rows/s, copied and compared; COPY alone %.0f rows/s\n", *rate,
                 copied);
    ratios.push_back(*rate / kRowsPerSecond);
  }
  return std::vector<Figure>{{"transfer", Median(ratios), Figure::Bar::kAtLeast, 1}};
}

}  // namespace keelson
