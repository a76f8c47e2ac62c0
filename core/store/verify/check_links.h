#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "core/store/verify/audit.h"

namespace keelson {

// Rows that belong together by something else than the order of their keys are put together in memory, part
// by part of all ids: each of `parts` has its share of them, and reads the tables again. An error is the
// store's.

// Reports orders, messages and events of users who are not there. Holds 16 bytes for each user.
absl::Status CheckUsersExist(Audit& audit, std::uint32_t parts);
// Reports users, orders, refunds and messages whose states are not what their events say, step by step as the
// state machines have it, and events of what is not there. Holds 32 bytes for each event.
absl::Status CheckHistory(Audit& audit, std::uint32_t parts);

}  // namespace keelson
