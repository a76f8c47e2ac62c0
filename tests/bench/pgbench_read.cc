#include "tests/bench/pgbench_read.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/postgres_statements.h"
#include "tests/support/postgres/pgbench.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;

// Returns a pgbench load that executes the SELECT for a random row.
absl::StatusOr<servers::Pgbench> RawReads(PostgresBench& postgres, const PgbenchRead& read) {
  absl::StatusOr<std::unique_ptr<Store>> store = postgres.OpenStore(PostgresBench::kSeedDatabase);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::vector<PgStatement>> statements = RecordStatements(
      postgres.server(), read.marker, [&] { return (*store)->Read(Deadline::Never(), read.read); });
  if (!statements.ok()) return statements.status();
  const auto select = std::find_if(statements->begin(), statements->end(), [&](const PgStatement& statement) {
    return absl::StrContains(statement.sql, read.marker);
  });
  servers::Pgbench raw;
  raw.script = absl::StrCat("\\set row random(", read.first, ", ", read.last, ")\n",
                            absl::StrReplaceAll(select->sql, {{"$1", read.parameter}}), ";\n");
  raw.clients = PostgresBench::kClients;
  return raw;
}

}  // namespace

absl::StatusOr<double> CompareWithPgbench(PostgresBench& postgres, const PgbenchRead& read) {
  absl::StatusOr<servers::Pgbench> raw = RawReads(postgres, read);
  if (!raw.ok()) return raw.status();
  absl::StatusOr<Service> service = postgres.Serve(PostgresBench::kSeedDatabase);
  if (!service.ok()) return service.status();

  Load load{.port = service->port(), .method = read.method};
  load.next_request = read.next_request;
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    absl::StatusOr<LoadResult> ours = RunLoad(load);
    if (!ours.ok()) return ours.status();
    const double issued_raw = servers::RunPgbench(postgres.server(), PostgresBench::kSeedDatabase, *raw);
    std::fprintf(stderr, "%s: %.0f calls/s (p50 %.0f us, p99 %.0f us); pgbench %.0f calls/s\n",
                 read.name.c_str(), ours->calls_per_second, absl::ToDoubleMicroseconds(ours->p50()),
                 absl::ToDoubleMicroseconds(ours->p99()), issued_raw);
    ratios.push_back(ours->calls_per_second / issued_raw);
  }
  return Median(ratios);
}

}  // namespace keelson
