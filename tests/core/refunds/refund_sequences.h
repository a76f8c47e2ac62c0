#pragma once

#include <cstdint>

#include "core/store/store.h"

namespace keelson {

// Runs `count` random sequences of `steps` calls on the empty store `store`, each on an order of its own. The
// calls are every operation on orders and refunds, also with overridden rules, the settlement with every
// outcome, changes of the refund policy, and a clock that the sequence advances. After each call, compares
// the response and the stored order and refunds with a ModelOrder, and checks the invariants of refunds. At
// the end, checks the events. `seed` is the seed of the first sequence; the others have the next numbers. A
// failure prints the seed and the calls of its sequence.
void RunRefundSequences(Store& store, std::uint64_t seed, int count, int steps);

}  // namespace keelson
