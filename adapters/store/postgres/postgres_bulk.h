#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Timeouts of exclusive access.
struct PostgresBulkWaits {
  // For services to stop, and for the locks of tables. Longer than idle_time.
  absl::Duration patience = absl::Seconds(5);
  // A session that is idle for longer belongs to a connection pooler: a service queries for events to number
  // every PgSequencer::kInterval.
  absl::Duration idle_time = absl::Seconds(2);
};

// Export and import of one PostgreSQL database. The errors are those of PostgresStore::Open.
//
// A running service is detected by the application_name of its sessions, of which one is never idle for long,
// even behind a connection pooler. A service whose URL sets another application_name is not detected.
// Exclusive access waits PostgresBulkWaits::patience for services to stop.
class PostgresBulk {
 public:
  // Requires a current schema, and never writes. kShared reads from a standby if no server accepts writes.
  // kExclusive locks all tables against writes, which requires write privileges; a service that starts
  // meanwhile serves reads, and its writes wait.
  static absl::StatusOr<std::unique_ptr<StoreExporter>> OpenReader(const PgConnection::Options& options,
                                                                   BulkAccess access, Clock& clock,
                                                                   PostgresBulkWaits waits = {});
  // Uses two connections.
  static absl::StatusOr<std::unique_ptr<StoreImporter>> OpenTarget(const PgConnection::Options& options,
                                                                   Clock& clock,
                                                                   PostgresBulkWaits waits = {});

  PostgresBulk() = delete;
};

}  // namespace keelson
