#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "tests/bench/bulk_import.h"
#include "tests/bench/figures.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr int kUsers = 100'000;
constexpr double kUsersPerSecond = 20'000;
constexpr int kRounds = 3;
constexpr char kDatabase[] = "imported";

// Returns the records of one stream, with bcrypt hashes and one label each.
std::string Records() {
  std::string framed;
  accounts::v1::ImportUsersRequest record;
  record.set_password_hash("$2b$10$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO");
  record.set_display_name("Ada Lovelace");
  record.set_locale("en");
  record.set_email_verified(true);
  record.mutable_create_time()->set_seconds(1'600'000'000);
  for (int i = 0; i < kUsers; ++i) {
    // Real exports are not sorted by address.
    record.set_email(absl::StrCat("user", i * 7919LL % kUsers, "@example.com"));
    (*record.mutable_labels())["former_id"] = absl::StrCat("auth0|", i);
    AppendFramed(record.SerializeAsString(), framed);
  }
  return framed;
}

// Returns users per second.
absl::StatusOr<double> Import(const Service& service, std::string records) {
  accounts::v1::ImportUsersResponse response;
  const absl::StatusOr<double> seconds =
      StreamRecords(service, kImportUsersMethod, std::move(records), response);
  if (!seconds.ok()) return seconds.status();
  if (response.imported() != kUsers) {
    return absl::InternalError(absl::StrCat("ImportUsers imported ", response.imported(), " users"));
  }
  return kUsers / *seconds;
}

void Print(const char* store, double rate, double plain) {
  std::fprintf(stderr, "import, %s: %.0f users/s; plain bulk insert %.0f users/s\n", store, rate, plain);
}

absl::StatusOr<double> ImportToSqlite(const Workbench& bench, const std::string& records) {
  const fs::path path = bench.folder / "imported.db";
  RemoveDatabase(path);
  absl::StatusOr<double> rate;
  {
    absl::StatusOr<Service> service =
        Service::Start(bench, {absl::StrCat("store.sqlite.path=", path.string())});
    if (!service.ok()) return service.status();
    rate = Import(*service, records);
  }
  if (!rate.ok()) return rate;
  const absl::StatusOr<double> plain = InsertPlainly(path, {"users", "credentials", "events"});
  if (!plain.ok()) return plain;
  Print("sqlite", *rate, kUsers / *plain);
  return rate;
}

absl::StatusOr<double> ImportToPostgres(PostgresBench& postgres, const std::string& records) {
  servers::PostgresServer& server = postgres.server();
  server.Execute(absl::StrCat("DROP DATABASE IF EXISTS ", kDatabase, " WITH (FORCE)"));
  server.CreateDatabase(kDatabase);
  absl::StatusOr<double> rate;
  {
    absl::StatusOr<Service> service = postgres.Serve(kDatabase);
    if (!service.ok()) return service.status();
    rate = Import(*service, records);
  }
  if (!rate.ok()) return rate;
  Print("postgres", *rate, kUsers / absl::ToDoubleSeconds(CopyDuration(server, kDatabase)));
  return rate;
}

}  // namespace

Figures MeasureImport(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  const std::string records = Records();
  std::vector<double> sqlite_ratios;
  std::vector<double> postgres_ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> on_sqlite = ImportToSqlite(bench, records);
    if (!on_sqlite.ok()) return on_sqlite.status();
    const absl::StatusOr<double> on_postgres = ImportToPostgres(**postgres, records);
    if (!on_postgres.ok()) return on_postgres.status();
    sqlite_ratios.push_back(*on_sqlite / kUsersPerSecond);
    postgres_ratios.push_back(*on_postgres / kUsersPerSecond);
  }
  return std::vector<Figure>{{"sqlite_import", Median(sqlite_ratios), Figure::Bar::kAtLeast, 1},
                             {"postgres_import", Median(postgres_ratios), Figure::Bar::kAtLeast, 1}};
}

}  // namespace keelson
