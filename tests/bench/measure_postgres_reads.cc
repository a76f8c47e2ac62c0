#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/accounts/user_repository.h"
#include "core/store/store.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/postgres_statements.h"
#include "tests/bench/requests.h"
#include "tests/support/postgres/pgbench.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr double kBar = 0.6;
constexpr char kMarker[] = "FROM users WHERE id = $1";

// Returns a pgbench load that executes the SQL statement of GetUser for a random user.
absl::StatusOr<servers::Pgbench> RawReads(PostgresBench& postgres) {
  absl::StatusOr<std::unique_ptr<Store>> store = postgres.OpenStore(PostgresBench::kSeedDatabase);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::vector<PgStatement>> statements = RecordStatements(postgres.server(), kMarker, [&] {
    return (*store)->Read(Deadline::Never(), [](ReadTransaction& tx) {
      return tx.users().Find(UserId(NumberedUuid(kFirstUser))).status();
    });
  });
  if (!statements.ok()) return statements.status();
  const auto select = std::find_if(statements->begin(), statements->end(), [](const PgStatement& statement) {
    return absl::StrContains(statement.sql, kMarker);
  });
  const auto last = kFirstUser + static_cast<std::int64_t>(postgres.seed().user_ids.size()) - 1;
  servers::Pgbench raw;
  raw.script = absl::StrCat("\\set user random(", kFirstUser, ", ", last, ")\n",
                            absl::StrReplaceAll(select->sql, {{"$1", UuidOf("user")}}), ";\n");
  raw.clients = PostgresBench::kClients;
  return raw;
}

}  // namespace

Figures MeasurePostgresReads(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  absl::StatusOr<servers::Pgbench> raw = RawReads(**postgres);
  if (!raw.ok()) return raw.status();
  absl::StatusOr<Service> service = (*postgres)->Serve(PostgresBench::kSeedDatabase);
  if (!service.ok()) return service.status();

  UserRequests requests((*postgres)->seed());
  Load load{.port = service->port(), .method = kGetUserMethod};
  load.next_request = [&](std::string& next) { requests.Next(next); };
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    absl::StatusOr<LoadResult> ours = RunLoad(load);
    if (!ours.ok()) return ours.status();
    const double issued_raw = servers::RunPgbench((*postgres)->server(), PostgresBench::kSeedDatabase, *raw);
    std::fprintf(stderr, "postgres_get_user: %.0f calls/s (p50 %.0f us, p99 %.0f us); pgbench %.0f calls/s\n",
                 ours->calls_per_second, absl::ToDoubleMicroseconds(ours->p50()),
                 absl::ToDoubleMicroseconds(ours->p99()), issued_raw);
    ratios.push_back(ours->calls_per_second / issued_raw);
  }
  return std::vector<Figure>{{"postgres_get_user", Median(ratios), Figure::Bar::kAtLeast, kBar}};
}

}  // namespace keelson
