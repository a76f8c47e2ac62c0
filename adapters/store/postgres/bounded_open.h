#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"

namespace keelson {

// Opens a connection with PgConnection::Open on another thread, and returns UNAVAILABLE at `deadline`.
// Blocks.
//
// Why: PgConnection::Open may block longer than its timeout. libpq's connect_timeout uses the system clock,
// so that setting the clock back prolongs the attempt, and a DNS lookup has no timeout. An attempt that
// exceeds the deadline continues on its thread, and its connection is closed.
absl::StatusOr<std::unique_ptr<PgConnection>> OpenWithin(const PgConnection::Options& options,
                                                         Deadline deadline);

}  // namespace keelson
