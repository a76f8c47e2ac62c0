#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/repositories.h"

namespace keelson {

struct PostgresOptions {
  // A URL or KEY=VALUE string of libpq. Several hosts are tried in turn. Unless the URL sets
  // target_session_attrs, the server must accept writes.
  std::string url;
  // Applies pending migrations; if false, Open fails while any are pending.
  bool migrate = true;
  // Maximum number of connections for calls. Two more serve health checks and the numbering of events.
  std::size_t pool_size = 16;
  // Whether statements are prepared. Must be false behind a connection pooler in transaction mode.
  bool prepared_statements = true;
  absl::Duration connect_timeout = absl::Seconds(5);
};

// The Store on PostgreSQL 15 or later. Any number of processes may share the database. Thread-safe.
//
// A Write is a transaction at READ COMMITTED with row locks. Conflicts (serialization failure 40001, deadlock
// 40P01, unique constraint) are retried until the deadline. Changes are pipelined: the next query or the
// commit reports their errors. PgReadBatch and NewRequestIds describe when a closure runs more than once
// without a conflict.
class PostgresStore {
 public:
  // INVALID_ARGUMENT for an invalid URL. UNAVAILABLE, with the name of the database, if the database can't be
  // reached, has a newer schema or changed migrations, or has an older schema and `migrate` is false. Blocks.
  // `clock` provides the time at which a migration is recorded as applied.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const PostgresOptions& options, Clock& clock);

  PostgresStore() = delete;
};

}  // namespace keelson
