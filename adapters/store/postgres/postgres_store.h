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
  // As libpq takes it. Several hosts are tried in turn; where it does not say otherwise, one that takes
  // writes is looked for (target_session_attrs=read-write).
  std::string url;
  // Bring the schema up to date at start; else a schema that is behind is refused.
  bool migrate = true;
  // Connections for calls; two more are kept for health checks and for numbering events.
  std::size_t pool_size = 16;
  // Behind a pooler that shares connections by transaction they must be off.
  bool prepared_statements = true;
  absl::Duration connect_timeout = absl::Seconds(5);
};

// The Store on PostgreSQL 15 or later, which any number of processes may share. Units of work that write run
// at READ COMMITTED with row locks; what they meet of others (40001, 40P01, a row that has come meanwhile) is
// retried until the deadline. A change's error may come with the next question or with the commit.
class PostgresStore {
 public:
  // INVALID_ARGUMENT for a URL that is none; UNAVAILABLE with a message that names the database: out of
  // reach, of a newer schema, of changed migrations, or of an older schema where it must not be migrated.
  // `clock` dates the migrations.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const PostgresOptions& options, Clock& clock);

  PostgresStore() = delete;
};

}  // namespace keelson
