#include "core/accounts/user_repository.h"
#include "tests/bench/figures.h"
#include "tests/bench/pgbench_read.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/requests.h"

namespace keelson {
namespace {

constexpr double kBar = 0.6;

}  // namespace

Figures MeasurePostgresReads(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  const Seed& seed = (*postgres)->seed();
  UserRequests requests(seed);
  PgbenchRead read{.name = "postgres_get_user", .method = kGetUserMethod};
  read.next_request = [&](std::string& next) { requests.Next(next); };
  read.read = [](ReadTransaction& tx) { return tx.users().Find(UserId(NumberedUuid(kFirstUser))).status(); };
  read.marker = "FROM users WHERE id = $1";
  read.first = kFirstUser;
  read.last = kFirstUser + static_cast<std::int64_t>(seed.user_ids.size()) - 1;
  read.parameter = UuidOf("row");
  const absl::StatusOr<double> ratio = CompareWithPgbench(**postgres, read);
  if (!ratio.ok()) return ratio.status();
  return std::vector<Figure>{{read.name, *ratio, Figure::Bar::kAtLeast, kBar}};
}

}  // namespace keelson
