#pragma once

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

// A second PostgreSQL that repeats what another one writes, and takes its place when it is told to. Begins
// with a copy; returns when it follows.
class PostgresStandby {
 public:
  explicit PostgresStandby(PostgresServer& primary);

  // From now on the primary acknowledges no commit that is not on this server's disk too.
  void MakeSynchronous();
  // Takes writes when this returns. The primary is to be stopped before.
  void Promote();
  PostgresServer& server() { return server_; }

 private:
  PostgresServer& primary_;
  PostgresServer server_;
};

}  // namespace keelson::servers
