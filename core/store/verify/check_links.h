#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "core/store/verify/audit.h"

namespace keelson {

// These checks join tables that are sorted by different keys. Each function divides the ids into a number of
// `parts`, holds one part in memory at a time, and reads the tables once for each part. Both functions block
// and return the store's errors.

// Reports sessions, orders, messages and events whose user does not exist, sessions, messages and stored
// responses of erased users, and sessions that wrongly state a verified address. Holds up to 48 bytes for
// each user of a part.
absl::Status CheckUsersExist(Audit& audit, std::uint32_t parts);
// Reports users, orders, refunds and messages whose events do not lead to their state by the state
// machine, and events whose subject does not exist. Holds 32 bytes for each event of a part.
absl::Status CheckHistory(Audit& audit, std::uint32_t parts);

}  // namespace keelson
