#include "tests/bench/postgres_bench.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapters/store/postgres/postgres_store.h"
#include "tests/bench/postgres_statements.h"

namespace keelson {
namespace {

// shared_buffers is a quarter of the memory of a machine with 4 GiB, as the PostgreSQL manual recommends.
// max_wal_size has PostgreSQL's default value.
const servers::PostgresServer::Options kOptions = {
    .durable = true, .settings = {"shared_buffers=1GB", "max_wal_size=1GB", kStatementLogSetting}};

}  // namespace

PostgresBench::PostgresBench(const Workbench& bench) : bench_(bench), server_(kOptions) {
  bench_.database.clear();
}

absl::StatusOr<std::unique_ptr<PostgresBench>> PostgresBench::Start(const Workbench& bench,
                                                                    const SeedSize& size) {
  std::unique_ptr<PostgresBench> postgres(new PostgresBench(bench));
  postgres->server_.CreateDatabase(kSeedDatabase);
  absl::StatusOr<std::unique_ptr<Store>> store = postgres->OpenStore(kSeedDatabase);
  if (!store.ok()) return store.status();
  absl::StatusOr<Seed> seed = FillStore(**store, size);
  if (!seed.ok()) return seed.status();
  postgres->bench_.seed = *std::move(seed);
  store->reset();
  servers::PostgresSession(postgres->server_.admin_url(kSeedDatabase)).Execute("VACUUM ANALYZE");
  return postgres;
}

void PostgresBench::CopySeed(const std::string& name) {
  server_.Execute(absl::StrCat("DROP DATABASE IF EXISTS ", name, " WITH (FORCE)"));
  server_.Execute(absl::StrCat("CREATE DATABASE ", name, " TEMPLATE ", kSeedDatabase, " OWNER ",
                               servers::PostgresServer::kUser, " STRATEGY FILE_COPY"));
}

absl::StatusOr<Service> PostgresBench::Serve(const std::string& database,
                                             std::vector<std::string> settings) const {
  settings.insert(settings.end(),
                  {"store.adapter=postgres", absl::StrCat("store.postgres.pool_size=", kClients),
                   absl::StrCat("store.postgres.url=", server_.socket_url(database))});
  return Service::Start(bench_, settings);
}

absl::StatusOr<std::unique_ptr<Store>> PostgresBench::OpenStore(const std::string& database) {
  return PostgresStore::Open({.url = server_.socket_url(database)}, clock_);
}

absl::Duration CopyDuration(servers::PostgresServer& server, const std::string& database) {
  const servers::PostgresSession session(server.admin_url(database));
  absl::Duration took;
  for (const auto& row : session.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
    const std::string file = absl::StrCat("'", (server.folder().path() / row[0]).string(), "'");
    session.Execute(absl::StrCat("CREATE TABLE copied (LIKE ", row[0], " INCLUDING ALL); COPY ", row[0],
                                 " TO ", file, " (FORMAT binary)"));
    const absl::Time began = absl::Now();
    session.Execute(absl::StrCat("COPY copied FROM ", file, " (FORMAT binary)"));
    took += absl::Now() - began;
    session.Execute("DROP TABLE copied");
  }
  return took;
}

std::string UuidOf(const std::string& variable) {
  return absl::StrCat("('", kUuidPrefix, "' || :", variable, ")::uuid");
}

}  // namespace keelson
