#pragma once

#include "absl/status/status.h"
#include "core/repositories.h"
#include "tests/bench/seed.h"

namespace keelson {

// Makes `count` refunds of a cent each through the core, from so many callers: what a store is sent for them
// can be watched.
absl::Status CreateRefunds(Store& store, const Seed& seed, int count, int callers);

}  // namespace keelson
