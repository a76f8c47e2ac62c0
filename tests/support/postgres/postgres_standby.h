#pragma once

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

// A standby that replicates a primary and can be promoted. The constructor copies the primary's data, and
// blocks until replication has started.
class PostgresStandby {
 public:
  explicit PostgresStandby(PostgresServer& primary);

  // Synchronous replication: the primary acknowledges a commit only after the standby has flushed it.
  void MakeSynchronous();
  // Promotes the standby to a primary; blocks until it accepts writes. Stop the primary first.
  void Promote();
  PostgresServer& server() { return server_; }

 private:
  PostgresServer& primary_;
  PostgresServer server_;
};

}  // namespace keelson::servers
