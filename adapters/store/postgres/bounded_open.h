#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"

namespace keelson {

// Opens a connection as PgConnection::Open, and blocks no longer than until `deadline`; UNAVAILABLE then.
// Open has no such bound: libpq's connect_timeout counts by the system's clock, so that setting it back
// prolongs the attempt, and a name lookup has no timeout at all. An attempt that is given up ends on its own
// thread.
absl::StatusOr<std::unique_ptr<PgConnection>> OpenWithin(const PgConnection::Options& options,
                                                         Deadline deadline);

}  // namespace keelson
