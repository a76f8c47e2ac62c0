#pragma once

#include "absl/time/time.h"

namespace keelson {

// Passwords that a machine can hash in a second: libsodium's Argon2id with the service's default parameters
// (19 MiB, 2 passes, 1 lane), in this many threads that do nothing else.
double RawHashesPerSecond(int threads, absl::Duration duration);

}  // namespace keelson
