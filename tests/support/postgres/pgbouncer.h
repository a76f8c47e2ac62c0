#pragma once

#include <optional>
#include <string>

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

// A PgBouncer with transaction pooling for all databases of a server: session settings and prepared
// statements do not last beyond a transaction.
class PgBouncer {
 public:
  static constexpr int kDefaultPoolSize = 20;

  // Blocks until PgBouncer accepts connections; throws if PgBouncer does not start. `pool_size` is the number
  // of connections per database.
  explicit PgBouncer(const PostgresServer& server = PostgresServer::Shared(),
                     int pool_size = kDefaultPoolSize);
  // Returns the PgBouncer for PostgresServer::Shared(), which is started at the first call.
  static PgBouncer& Shared();

  // Returns the URL of the database for PostgresServer::kUser.
  std::string url(const std::string& database) const;
  void Start();
  // Stops immediately, like a crash.
  void Stop();

 private:
  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

}  // namespace keelson::servers
