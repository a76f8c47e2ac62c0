#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/service.h"

namespace keelson {

// Measures GetUser at a low rate, like clients that read while the service does other work.
absl::StatusOr<LoadResult> ProbeReads(const Workbench& bench, const Service& service,
                                      absl::Duration duration);

}  // namespace keelson
