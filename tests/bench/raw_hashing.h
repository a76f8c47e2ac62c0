#pragma once

#include "absl/time/time.h"

namespace keelson {

// Measures for `duration` how many passwords per second `threads` threads hash with libsodium's Argon2id and
// the service's default parameters (19 MiB, 2 passes, 1 lane).
double RawHashesPerSecond(int threads, absl::Duration duration);

}  // namespace keelson
