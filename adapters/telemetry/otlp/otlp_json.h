#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

// A span that waits for its export.
struct OtlpSpan {
  // The span's own traceparent.
  std::string traceparent;
  std::string parent_span_id;
  std::string tracestate;
  std::string method;
  std::string correlation_id;
  absl::StatusCode code = absl::StatusCode::kOk;
  bool is_fault = false;
  absl::Time start;
  absl::Time end;
};

// Returns an ExportTraceServiceRequest of opentelemetry-proto in its JSON encoding (OTLP 1.x). `instance`
// identifies the process.
std::string OtlpRequest(const std::vector<OtlpSpan>& spans, const std::string& instance);

// Returns how many spans the collector refused, according to the body of a response with status 200.
std::int64_t RejectedSpans(const std::string& response);

}  // namespace keelson
