#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/repositories.h"
#include "tests/bench/figures.h"
#include "tests/bench/service.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson {

// A PostgreSQL server that calls fsync, as in production, and that has the filled database kSeedDatabase.
// Functions that return no status throw std::runtime_error on failure.
class PostgresBench {
 public:
  static constexpr char kSeedDatabase[] = "seed";
  // Number of database connections, which is the same for the service and for pgbench.
  static constexpr int kClients = 16;

  static absl::StatusOr<std::unique_ptr<PostgresBench>> Start(const Workbench& bench,
                                                              const SeedSize& size = {});

  // Replaces the database `name` with a copy of the filled database. Neither database may be in use.
  void CopySeed(const std::string& name);
  // Starts a service that uses `database` of this server, with the additional `settings`.
  absl::StatusOr<Service> Serve(const std::string& database, std::vector<std::string> settings = {}) const;
  absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& database);

  servers::PostgresServer& server() { return server_; }
  const Seed& seed() const { return bench_.seed; }

 private:
  explicit PostgresBench(const Workbench& bench);

  Workbench bench_;
  SystemClock clock_;
  servers::PostgresServer server_;
};

// Returns the duration of COPY alone, with all rows of `database` and into tables of the same schema.
absl::Duration CopyDuration(servers::PostgresServer& server, const std::string& database);

// Returns an SQL expression for pgbench scripts: the UUID (NumberedUuid) that ends in the digits of the
// pgbench variable `variable`.
std::string UuidOf(const std::string& variable);

}  // namespace keelson
