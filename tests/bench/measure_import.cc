#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "tests/bench/figures.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/raw_connection.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr int kUsers = 100'000;
constexpr double kUsersPerSecond = 20'000;
constexpr int kRounds = 3;
constexpr absl::Duration kPatience = absl::Minutes(2);
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
  const absl::Time began = absl::Now();
  const absl::StatusOr<RpcCall> call =
      StreamOnce(service.port(), kImportUsersMethod, std::move(records), Deadline::After(kPatience));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  if (!call.ok()) return call.status();
  accounts::v1::ImportUsersResponse response;
  if (call->status != 0 || !response.ParseFromString(std::string(call->message())) ||
      response.imported() != kUsers) {
    return absl::InternalError(
        absl::StrCat("ImportUsers: status ", call->status, ", ", response.imported(), " imported"));
  }
  return kUsers / seconds;
}

// Returns the users per second of INSERT … SELECT alone, with all rows of the SQLite database `imported` and
// into tables of the same schema, in one transaction.
absl::StatusOr<double> InsertPlainly(const fs::path& imported) {
  const fs::path path = imported.string() + ".raw";
  std::error_code error;
  fs::copy_file(imported, path, fs::copy_options::overwrite_existing, error);
  if (error) return absl::UnavailableError(error.message());
  const std::string statements[] = {
      "PRAGMA journal_mode = WAL",
      "PRAGMA synchronous = FULL",
      absl::StrCat("ATTACH '", imported.string(), "' AS imported"),
      "DELETE FROM credentials",
      "DELETE FROM users",
      "DELETE FROM events",
      "VACUUM",
      "INSERT INTO users SELECT * FROM imported.users",
      "INSERT INTO credentials SELECT * FROM imported.credentials",
      "INSERT INTO events SELECT * FROM imported.events",
  };
  constexpr std::size_t kFirstInsert = 7;
  RawConnection connection(path, {});
  for (std::size_t i = 0; i < kFirstInsert; ++i) connection.Run({&statements[i], {}});
  const absl::Time began = absl::Now();
  connection.Begin();
  for (std::size_t i = kFirstInsert; i < std::size(statements); ++i) connection.Run({&statements[i], {}});
  connection.Commit();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  if (!connection.status().ok()) return connection.status();
  return kUsers / seconds;
}

void Print(const char* store, double rate, double plain) {
  std::fprintf(stderr, "import, %s: %.0f users/s; plain bulk insert %.0f users/s\n", store, rate, plain);
}

absl::StatusOr<double> ImportToSqlite(const Workbench& bench, const std::string& records) {
  const fs::path path = bench.folder / "imported.db";
  for (const char* suffix : {"", "-wal", "-shm", ".raw", ".raw-wal", ".raw-shm"}) {
    fs::remove(path.string() + suffix);
  }
  absl::StatusOr<double> rate;
  {
    absl::StatusOr<Service> service =
        Service::Start(bench, {absl::StrCat("store.sqlite.path=", path.string())});
    if (!service.ok()) return service.status();
    rate = Import(*service, records);
  }
  if (!rate.ok()) return rate;
  const absl::StatusOr<double> plain = InsertPlainly(path);
  if (!plain.ok()) return plain;
  Print("sqlite", *rate, *plain);
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
