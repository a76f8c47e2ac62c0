#include "adapters/store/sqlite/probe.h"

namespace keelson {

SqliteProbe::SqliteProbe(Connection& connection)
    : connection_(connection),
      write_(connection, "INSERT OR REPLACE INTO probe (id, content) VALUES (1, randomblob(65536))") {}

absl::Status SqliteProbe::Write() {
  return connection_.CatchErrors([&] {
    write_.Execute();
    return absl::OkStatus();
  });
}

}  // namespace keelson
