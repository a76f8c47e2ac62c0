#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/system/system_clock.h"
#include "core/repositories.h"
#include "tests/bench/figures.h"
#include "tests/bench/service.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson {

// A PostgreSQL server with fsync, as in production, and a filled database. Functions that return no status
// throw std::runtime_error on failure.
class PostgresBench {
 public:
  static constexpr char kSeedDatabase[] = "seed";
  // Number of connections of the service and of pgbench.
  static constexpr int kClients = 16;

  static absl::StatusOr<std::unique_ptr<PostgresBench>> Start(const Workbench& bench);

  // Replaces the database `name` by a copy of the filled database, which must not be in use.
  void CopySeed(const std::string& name);
  // Settings for the service on a database of this server.
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

// An SQL expression for pgbench scripts: the UUID that ends in the digits of the variable (NumberedUuid).
std::string UuidOf(const std::string& variable);

}  // namespace keelson
