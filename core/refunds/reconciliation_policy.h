#pragma once

#include "absl/time/time.h"

namespace keelson {

// When refunds are compared with their payment providers, and which ([payments.reconcile]).
struct ReconciliationPolicy {
  // Time between the end of one reconciliation and the start of the next; zero: none.
  absl::Duration interval = absl::Hours(24);
  // A reconciliation compares the settled refunds that were created within this time before its start.
  absl::Duration window = absl::Hours(72);
};

}  // namespace keelson
