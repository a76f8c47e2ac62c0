#pragma once

#include "absl/status/status.h"
#include "core/store/verify/audit.h"

namespace keelson {

// Each check reads its tables once, in key order, and reports the rows that violate an invariant of the row
// itself or of rows that refer to each other. The functions block and return the store's errors.
absl::Status CheckUsers(Audit& audit);
absl::Status CheckSessions(Audit& audit);
absl::Status CheckOrders(Audit& audit);
absl::Status CheckMessages(Audit& audit);
absl::Status CheckEventChain(Audit& audit);
absl::Status CheckResponses(Audit& audit);

}  // namespace keelson
