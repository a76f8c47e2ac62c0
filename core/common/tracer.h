// Port: the spans of distributed traces, after W3C Trace Context (https://www.w3.org/TR/trace-context/).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

// The position of a call in a trace. Every member is empty if the call belongs to no trace.
struct CallTrace {
  // The traceparent of the call's own span, for the work that the call causes.
  std::string traceparent = {};
  // The id of the caller's span; empty if the trace begins with this call.
  std::string parent_span_id = {};
  // The caller's tracestate, which the service passes on unchanged.
  std::string tracestate = {};
};

// A call that has ended.
struct CallSpan {
  CallTrace trace;
  // "package.Service/Method".
  std::string_view method;
  std::string_view correlation_id;
  // The code that the caller received.
  absl::StatusCode code = absl::StatusCode::kOk;
  // Whether the call failed through a fault of the server.
  bool is_fault = false;
  absl::Duration duration;
};

// Numbers of spans since the start of the process.
struct SpanCounts {
  // The collector accepted the span.
  std::int64_t exported = 0;
  // The span was discarded because the queue was full.
  std::int64_t overflowed = 0;
  // The collector was unreachable or too slow for every attempt, or refused the span.
  std::int64_t failed = 0;
};

// Thread-safe; does not block.
class Tracer {
 public:
  virtual ~Tracer() = default;
  // Begins the span of a call. `traceparent` is the caller's, normalized, or empty; the span is then the
  // first of a new trace. A trace is exported if the caller sampled it or, for a new trace, at the configured
  // ratio.
  virtual CallTrace BeginCall(std::string_view traceparent, std::string_view tracestate) = 0;
  // Exports the span if its trace is sampled. The span ends now.
  virtual void EndCall(const CallSpan& span) = 0;
  virtual SpanCounts CountSpans() const = 0;
};

}  // namespace keelson
