#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/histogram.h"

namespace keelson {

// The parameters of a load.
struct Load {
  int port = 0;
  // The called method, as "/package.Service/Method".
  std::string method;
  int connections = 8;
  // If `rate` is 0: the number of concurrent callers per connection, each of which starts its next call when
  // the response arrives. Otherwise: the maximum number of in-flight calls per connection.
  int callers = 32;
  // Number of calls started per second, whether or not earlier calls have completed (open loop); 0: closed
  // loop.
  double rate = 0;
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration duration = absl::Milliseconds(2500);
  // Whether a call may return RESOURCE_EXHAUSTED, which LoadResult::rejected then counts.
  bool may_be_rejected = false;
  // Writes the next serialized request to its argument.
  std::function<void(std::string&)> next_request = {};
};

struct LoadResult {
  // The latencies of the successful calls that completed after the warm-up.
  Histogram latency;
  // The latencies of all calls that returned RESOURCE_EXHAUSTED.
  Histogram rejected;
  double calls_per_second = 0;

  absl::Duration p50() const { return latency.Percentile(50); }
  absl::Duration p99() const { return latency.Percentile(99); }
};

// Generates load for `duration` on the calling thread. Fails on any other status, because failed calls would
// distort the figures.
absl::StatusOr<LoadResult> RunLoad(const Load& load);

}  // namespace keelson
