#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kManyUsers = 1'000'000;
constexpr int kPageSize = 100;
constexpr int kPages = kManyUsers / kPageSize;
constexpr int kRounds = 7;
constexpr double kBar = 1.5;
constexpr char kManyDatabase[] = "many";
constexpr absl::Duration kPatience = absl::Seconds(10);

// Fills the table users up to a million rows with copies of one user.
void AddUsers(PostgresBench& postgres) {
  postgres.CopySeed(kManyDatabase);
  const servers::PostgresSession session(postgres.server().admin_url(kManyDatabase));
  session.Execute(absl::StrCat(
      "INSERT INTO users (id, email, email_key, email_verify_time, display_name, locale, state, labels, "
      "create_time, update_time, version) SELECT ('",
      kUuidPrefix, "' || ", kFirstUser, " + n)::uuid, n || email, n || email_key, email_verify_time, ",
      "display_name, locale, state, labels, create_time + n * interval '1 microsecond', update_time, "
      "version ",
      "FROM users, generate_series(", postgres.seed().user_ids.size(), ", ", kManyUsers - 1,
      ") n WHERE id = ('", kUuidPrefix, "' || ", kFirstUser, ")::uuid"));
  session.Execute("VACUUM ANALYZE");
  // Loads the table into the buffer cache, as in a production database that has run for some time.
  session.Execute("CREATE EXTENSION pg_prewarm; SELECT pg_prewarm('users'), pg_prewarm('users_pkey')");
}

absl::StatusOr<accounts::v1::ListUsersResponse> ListUsers(const Service& service,
                                                          const accounts::v1::ListUsersRequest& request) {
  absl::StatusOr<RpcCall> response =
      CallOnce(service.port(), kListUsersMethod, request.SerializeAsString(), Deadline::After(kPatience));
  if (!response.ok()) return response.status();
  accounts::v1::ListUsersResponse page;
  if (response->status != 0 || !page.ParseFromString(std::string(response->message()))) {
    return absl::UnknownError("ListUsers returned an error or an invalid response");
  }
  return page;
}

// Lists all pages and returns the request of the last page.
absl::StatusOr<accounts::v1::ListUsersRequest> WalkToLastPage(const Service& service) {
  accounts::v1::ListUsersRequest request;
  request.set_page_size(kPageSize);
  for (int page = 1; page < kPages; ++page) {
    absl::StatusOr<accounts::v1::ListUsersResponse> response = ListUsers(service, request);
    if (!response.ok()) return response.status();
    if (response->users_size() != kPageSize) return absl::InternalError("a page is not full");
    request.set_page_token(response->next_page_token());
  }
  absl::StatusOr<accounts::v1::ListUsersResponse> last = ListUsers(service, request);
  if (!last.ok()) return last.status();
  if (last->users_size() != kPageSize || !last->next_page_token().empty()) {
    return absl::InternalError("the last page is not full or has a next_page_token");
  }
  return request;
}

// Measures the latency of one page for a single caller.
absl::StatusOr<absl::Duration> TimeOf(const Service& service, const accounts::v1::ListUsersRequest& request) {
  Load load{.port = service.port(), .method = kListUsersMethod, .connections = 1, .callers = 1};
  load.duration = absl::Seconds(1);
  load.next_request = [&](std::string& next) { request.SerializeToString(&next); };
  absl::StatusOr<LoadResult> result = RunLoad(load);
  if (!result.ok()) return result.status();
  return result->p50();
}

absl::StatusOr<Figure> MeasurePages(const char* store, const Service& service) {
  const absl::StatusOr<accounts::v1::ListUsersRequest> last = WalkToLastPage(service);
  if (!last.ok()) return last.status();
  accounts::v1::ListUsersRequest first;
  first.set_page_size(kPageSize);
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<absl::Duration> first_takes = TimeOf(service, first);
    if (!first_takes.ok()) return first_takes.status();
    const absl::StatusOr<absl::Duration> last_takes = TimeOf(service, *last);
    if (!last_takes.ok()) return last_takes.status();
    std::fprintf(stderr, "%s pages: the first in %.0f us, number %d in %.0f us\n", store,
                 absl::ToDoubleMicroseconds(*first_takes), kPages, absl::ToDoubleMicroseconds(*last_takes));
    ratios.push_back(absl::FDivDuration(*last_takes, *first_takes));
  }
  return Figure{absl::StrCat(store, "_deep_page"), Median(ratios), Figure::Bar::kAtMost, kBar};
}

absl::StatusOr<double> ReadsPerSecond(const Service& service, const Seed& seed) {
  UserRequests requests(seed);
  Load load{.port = service.port(), .method = kGetUserMethod};
  load.next_request = [&](std::string& next) { requests.Next(next); };
  absl::StatusOr<LoadResult> result = RunLoad(load);
  if (!result.ok()) return result.status();
  return result->calls_per_second;
}

absl::StatusOr<Figure> MeasureReads(const char* store, const Service& few, const Seed& few_users,
                                    const Service& many, const Seed& many_users) {
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> among_few = ReadsPerSecond(few, few_users);
    if (!among_few.ok()) return among_few.status();
    const absl::StatusOr<double> among_many = ReadsPerSecond(many, many_users);
    if (!among_many.ok()) return among_many.status();
    std::fprintf(stderr, "%s GetUser: %.0f/s among %zu, %.0f/s among %zu\n", store, *among_few,
                 few_users.user_ids.size(), *among_many, many_users.user_ids.size());
    ratios.push_back(*among_few / *among_many);
  }
  return Figure{absl::StrCat(store, "_many_users"), Median(ratios), Figure::Bar::kAtMost, kBar};
}

Figures MeasureBoth(const char* store, absl::StatusOr<Service> few, const Seed& few_users,
                    absl::StatusOr<Service> many) {
  if (!few.ok()) return few.status();
  if (!many.ok()) return many.status();
  absl::StatusOr<Figure> pages = MeasurePages(store, *many);
  if (!pages.ok()) return pages.status();
  absl::StatusOr<Figure> reads = MeasureReads(store, *few, few_users, *many, {UserIds(kManyUsers), {}});
  if (!reads.ok()) return reads.status();
  return std::vector<Figure>{*std::move(pages), *std::move(reads)};
}

Figures MeasureSqlite(const Workbench& bench) {
  Workbench many = bench;
  many.database = bench.folder / "many.db";
  absl::StatusOr<Seed> made = MakeDatabase(many.database, {.users = kManyUsers, .orders = 0});
  if (!made.ok()) return made.status();
  absl::StatusOr<Service> service = Service::Start(many);
  std::filesystem::remove(many.database);
  return MeasureBoth("sqlite", Service::Start(bench), bench.seed, std::move(service));
}

Figures MeasurePostgres(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  AddUsers(**postgres);
  return MeasureBoth("postgres", (*postgres)->Serve(PostgresBench::kSeedDatabase), (*postgres)->seed(),
                     (*postgres)->Serve(kManyDatabase));
}

}  // namespace

Figures MeasureDeepPages(const Workbench& bench) {
  Figures figures = MeasureSqlite(bench);
  if (!figures.ok()) return figures;
  const Figures more = MeasurePostgres(bench);
  if (!more.ok()) return more;
  figures->insert(figures->end(), more->begin(), more->end());
  return figures;
}

}  // namespace keelson
