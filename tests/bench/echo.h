#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/figures.h"
#include "tests/bench/service.h"

namespace keelson {

// Returns the ratio of the service's calls of `method` per second to those of an echo server, which returns a
// response that it recorded from the service. Measures both alternately, and prints the absolute values after
// `name`.
absl::StatusOr<double> CompareWithEcho(const Workbench& bench, const Service& service,
                                       const std::string& name, const std::string& method,
                                       const std::function<void(std::string&)>& next_request);

}  // namespace keelson
