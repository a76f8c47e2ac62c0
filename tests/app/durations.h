#pragma once

#include "absl/time/time.h"

namespace keelson {

// An interval or limit that no test reaches.
inline constexpr absl::Duration kLong = absl::Hours(1);
// Timeout for an event that a test expects.
inline constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace keelson
