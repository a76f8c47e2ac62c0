#pragma once

#include "absl/status/status.h"
#include "core/store/verify/audit.h"

namespace keelson {

// Each reads its tables once, in the order of their keys, and reports the rows that are wrong in themselves
// or beside those that belong to them. An error is the store's.
absl::Status CheckUsers(Audit& audit);
absl::Status CheckOrders(Audit& audit);
absl::Status CheckMessages(Audit& audit);
absl::Status CheckEventChain(Audit& audit);
absl::Status CheckAnswers(Audit& audit);

}  // namespace keelson
