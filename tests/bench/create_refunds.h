#pragma once

#include "absl/status/status.h"
#include "core/repositories.h"
#include "tests/bench/seed.h"

namespace keelson {

// Creates `count` refunds of one cent through the core from `callers` threads, so that the statements sent to
// the store can be recorded.
absl::Status CreateRefunds(Store& store, const Seed& seed, int count, int callers);

}  // namespace keelson
