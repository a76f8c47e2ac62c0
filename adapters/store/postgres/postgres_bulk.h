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
  // Maximum wait for services to stop, and for table locks. Longer than idle_time.
  absl::Duration patience = absl::Seconds(5);
  // A session that is idle for longer belongs to a connection pooler, not to a running service: a service
  // polls for unnumbered events every PgSequencer::kInterval.
  absl::Duration idle_time = absl::Seconds(2);
};

// Export and import of one PostgreSQL database. The errors are those of PostgresStore::Open.
//
// A running service is detected by the application_name of its sessions: at least one session of a service is
// never idle for longer than PostgresBulkWaits::idle_time, even behind a connection pooler. A service whose
// URL sets another application_name is not detected. Exclusive access waits PostgresBulkWaits::patience for
// services to stop.
class PostgresBulk {
 public:
  // Requires a current schema, and never writes. kShared reads from a standby if no server accepts writes.
  // kExclusive locks all tables against writes, which requires write privileges. A service that starts during
  // the export serves reads; the writes of that service block until the export ends.
  static absl::StatusOr<std::unique_ptr<StoreExporter>> OpenReader(const PgConnection::Options& options,
                                                                   BulkAccess access, Clock& clock,
                                                                   PostgresBulkWaits waits = {});
  // Opens two connections: one holds the transfer lock, the other writes.
  static absl::StatusOr<std::unique_ptr<StoreImporter>> OpenTarget(const PgConnection::Options& options,
                                                                   Clock& clock,
                                                                   PostgresBulkWaits waits = {});

  PostgresBulk() = delete;
};

}  // namespace keelson
