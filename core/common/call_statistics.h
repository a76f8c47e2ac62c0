#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace keelson {

// The upper bounds of the buckets of call durations, in seconds: those of the metric rpc.server.call.duration
// in OpenTelemetry's semantic conventions. A longer duration belongs to one further bucket.
inline constexpr std::array kCallDurationBounds = {.005, .01, .025, .05, .075, .1,  .25,
                                                   .5,   .75, 1.0,  2.5, 5.0,  7.5, 10.0};

// gRPC's names of the status codes in metrics, in the order of the codes.
inline constexpr std::array<std::string_view, 17> kCallCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

// The calls of one method since the start of the process.
struct CallStatistics {
  // Such as "keelson.accounts.v1.AccountService" and "GetUser"; both are "_OTHER" for the calls of all
  // unknown methods.
  std::string service;
  std::string method;
  // "unary", "client_stream" or, for unknown methods, "bidi_stream": gRPC's names in metrics.
  std::string_view type;
  std::int64_t started = 0;
  // Numbers of ended calls by status code.
  std::array<std::int64_t, kCallCodeNames.size()> handled{};
  // Numbers of ended calls by bucket of their duration.
  std::array<std::int64_t, kCallDurationBounds.size() + 1> durations{};
  absl::Duration total_duration;
};

// Thread-safe.
class CallStatisticsSource {
 public:
  virtual ~CallStatisticsSource() = default;
  // Returns one element per method, also for methods that were never called. Does not block.
  virtual std::vector<CallStatistics> ListCalls() const = 0;
};

}  // namespace keelson
