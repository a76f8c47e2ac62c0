#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "core/common/entropy.h"

namespace keelson {

// Full jitter: a random time from 0 to min(cap, base * 2^(attempt - 1)), attempts counted from 1.
absl::Duration FullJitter(Entropy& entropy, absl::Duration base, absl::Duration cap, std::int64_t attempt);

}  // namespace keelson
