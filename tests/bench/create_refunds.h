#pragma once

#include "absl/status/status.h"
#include "core/repositories.h"
#include "tests/bench/seed.h"

namespace keelson {

// Creates `count` refunds of one cent each on `callers` threads. Calls the use case CreateRefund directly,
// without the gRPC server, so that this process can record the SQL statements of the store.
absl::Status CreateRefunds(Store& store, const Seed& seed, int count, int callers);

}  // namespace keelson
