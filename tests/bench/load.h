#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/histogram.h"

namespace keelson {

struct Load {
  int port = 0;
  // "/package.Service/Method".
  std::string method;
  int connections = 8;
  // Callers on each connection, each of which calls again as soon as it is answered. Where `rate` is set, the
  // calls that may be under way at once.
  int callers = 32;
  // Calls begun a second whatever comes back; 0 for as many as the callers make.
  double rate = 0;
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration duration = absl::Milliseconds(2500);
  // Writes the next request's message.
  std::function<void(std::string&)> next_request = {};
};

struct LoadResult {
  // Answered OK after the warm-up; their time until then.
  Histogram latency;
  double calls_per_second = 0;

  absl::Duration p50() const { return latency.Percentile(50); }
  absl::Duration p99() const { return latency.Percentile(99); }
};

// Calls for `duration` from the calling thread. Fails where any answer is not OK: a load that is refused
// measures nothing.
absl::StatusOr<LoadResult> RunLoad(const Load& load);

}  // namespace keelson
