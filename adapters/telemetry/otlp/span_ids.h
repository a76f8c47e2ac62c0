#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/common/entropy.h"

namespace keelson {

// The ids of spans and traces, and the decision which new traces are sampled. Thread-safe.
class SpanIds {
 public:
  // `sampled_ratio`, from 0 to 1, is the ratio of new traces that are sampled.
  SpanIds(Entropy& entropy, double sampled_ratio);

  // Returns the traceparent of a new span in a new trace.
  std::string NewTrace();
  // Returns the traceparent of a new span in the trace of the valid `parent`, with its decision.
  std::string NewChild(std::string_view parent);

 private:
  // Never returns 0, which is not a valid id. The numbers are unique, but predictable.
  std::uint64_t Next();

  const double sampled_ratio_;
  std::uint64_t seed_ = 0;
  std::atomic<std::uint64_t> count_ = 0;
};

// The parts of a valid traceparent "00-TRACE-SPAN-FLAGS".
std::string_view TraceIdOf(std::string_view traceparent);
std::string_view SpanIdOf(std::string_view traceparent);
bool IsSampled(std::string_view traceparent);

}  // namespace keelson
