#pragma once

#include <cstdint>

#include "core/store/store.h"

namespace keelson {

// Makes `steps` random calls of the use cases of accounts and sessions on the empty store `store`, and
// compares each response, and afterwards the stored state, with a simple model. At the end, compares the
// lists of users, the events and their hash chain. The clock is a FakeClock. `seed` determines the calls.
// Returns the number of sessions that were started.
int RunAccountModel(Store& store, std::uint64_t seed, int steps);

}  // namespace keelson
