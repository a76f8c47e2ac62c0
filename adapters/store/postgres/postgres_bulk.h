#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"

namespace keelson {

// How long exclusive access waits.
struct PostgresBulkWaits {
  // For services to stop, and for the locks of tables. Longer than idle_time.
  absl::Duration patience = absl::Seconds(5);
  // A session that is idle for longer belongs to a connection pooler: a service looks for events to number
  // every PgSequencer::kInterval.
  absl::Duration idle_time = absl::Seconds(2);
};

// One PostgreSQL database by whole tables. The errors are those of PostgresStore::Open.
//
// A service is noticed by its sessions: they bear the name that ours have, and one of them is never at rest
// for long, be it a pooler's. One that has its sessions named otherwise, by its URL, is not. Who opens the
// database alone waits some seconds for it to go.
class PostgresBulk {
 public:
  // Requires a current schema, and never writes. kShared reads from a standby if no server accepts writes.
  // kExclusive locks all tables against writes, which requires write privileges; a service that starts
  // meanwhile serves reads, and its writes wait.
  static absl::StatusOr<std::unique_ptr<StoreExporter>> OpenReader(const PgConnection::Options& options,
                                                                   BulkAccess access, Clock& clock,
                                                                   PostgresBulkWaits waits = {});
  // Takes two connections.
  static absl::StatusOr<std::unique_ptr<StoreImporter>> OpenTarget(const PgConnection::Options& options,
                                                                   Clock& clock,
                                                                   PostgresBulkWaits waits = {});

  PostgresBulk() = delete;
};

}  // namespace keelson
