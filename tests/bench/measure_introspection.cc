#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/sessions/session_repository.h"
#include "tests/bench/echo.h"
#include "tests/bench/figures.h"
#include "tests/bench/pgbench_read.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kSessions = 100'000;
constexpr SeedSize kSize = {.sessions = kSessions, .orders = 0};
constexpr double kBar = 0.65;

}  // namespace

Figures MeasureIntrospection(const Workbench& bench) {
  Workbench filled = bench;
  filled.database = bench.folder / "sessions.db";
  absl::StatusOr<Seed> made = MakeDatabase(filled.database, kSize);
  if (!made.ok()) return made.status();
  absl::StatusOr<Service> service = Service::Start(filled);
  std::filesystem::remove(filled.database);
  if (!service.ok()) return service.status();
  IntrospectRequests requests(kSessions);
  const absl::StatusOr<double> ratio = CompareWithEcho(bench, *service, "introspect", kIntrospectMethod,
                                                       [&](std::string& next) { requests.Next(next); });
  if (!ratio.ok()) return ratio.status();
  return std::vector<Figure>{{"introspect", *ratio, Figure::Bar::kAtLeast, kBar}};
}

Figures MeasurePostgresIntrospection(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench, kSize);
  if (!postgres.ok()) return postgres.status();
  IntrospectRequests requests(kSessions);
  PgbenchRead read{.name = "postgres_introspect", .method = kIntrospectMethod};
  read.next_request = [&](std::string& next) { requests.Next(next); };
  read.read = [](ReadTransaction& tx) {
    return tx.sessions().FindByAccessDigest(Sha256(AccessToken(0))).status();
  };
  read.marker = "WHERE access_digest = $1";
  read.first = kFirstSession;
  read.last = kFirstSession + kSessions - 1;
  // The server computes the digest of the token, which takes about a microsecond: pgbench can't.
  read.parameter = absl::StrCat("sha256(convert_to('", kAccessTokenPrefix, "' || :row, 'UTF8'))");
  const absl::StatusOr<double> ratio = CompareWithPgbench(**postgres, read);
  if (!ratio.ok()) return ratio.status();
  return std::vector<Figure>{{read.name, *ratio, Figure::Bar::kAtLeast, kBar}};
}

}  // namespace keelson
