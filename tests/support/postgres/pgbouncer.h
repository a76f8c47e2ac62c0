#pragma once

#include <optional>
#include <string>

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

// A PgBouncer with transaction pooling in front of every database of a server: what a session sets or
// prepares does not last from one transaction to the next.
class PgBouncer {
 public:
  static constexpr int kDefaultPoolSize = 20;

  // Returns when it takes connections; throws where it doesn't. `pool_size`: its connections to a database.
  explicit PgBouncer(const PostgresServer& server = PostgresServer::Shared(),
                     int pool_size = kDefaultPoolSize);
  // One for the whole process, in front of PostgresServer::Shared().
  static PgBouncer& Shared();

  // For PostgresServer::kUser.
  std::string url(const std::string& database) const;
  void Start();
  // As a crash would.
  void Stop();

 private:
  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

}  // namespace keelson::servers
