#include "tests/support/postgres/postgres_standby.h"

#include <stdexcept>

#include "tests/support/postgres/await.h"

namespace keelson::servers {
namespace {

void AwaitReplication(const PostgresServer& primary, const std::string& state) {
  const bool come = Await([&] {
    return primary.Value(
               "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '" +
               state + "'") == "1";
  });
  if (!come) throw std::runtime_error("the standby does not replicate the primary");
}

}  // namespace

PostgresStandby::PostgresStandby(PostgresServer& primary) : primary_(primary), server_(primary) {
  server_.Start();
  AwaitReplication(primary, "async");
}

void PostgresStandby::MakeSynchronous() {
  primary_.Set("synchronous_standby_names", "*");
  AwaitReplication(primary_, "sync");
}

void PostgresStandby::Promote() {
  if (server_.Value("SELECT pg_promote()") != "t") throw std::runtime_error("the standby was not promoted");
}

}  // namespace keelson::servers
