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
  // Callers per connection; each caller sends its next call when the response arrives. With `rate` set: the
  // maximum number of in-flight calls.
  int callers = 32;
  // Calls started per second, independent of responses (open loop); 0: closed loop.
  double rate = 0;
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration duration = absl::Milliseconds(2500);
  // Serializes the next request.
  std::function<void(std::string&)> next_request = {};
};

struct LoadResult {
  // Successful calls after the warm-up, and their latencies.
  Histogram latency;
  double calls_per_second = 0;

  absl::Duration p50() const { return latency.Percentile(50); }
  absl::Duration p99() const { return latency.Percentile(99); }
};

// Generates load for `duration` on the calling thread. Fails on any status other than OK, because rejected
// calls would distort the figures.
absl::StatusOr<LoadResult> RunLoad(const Load& load);

}  // namespace keelson
