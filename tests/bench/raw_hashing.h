#pragma once

#include "absl/time/time.h"

namespace keelson {

// Password hashes per second: libsodium's Argon2id with the service's default parameters (19 MiB, 2 passes, 1
// lane) on `threads` threads.
double RawHashesPerSecond(int threads, absl::Duration duration);

}  // namespace keelson
