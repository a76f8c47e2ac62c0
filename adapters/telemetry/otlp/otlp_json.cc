#include "adapters/telemetry/otlp/otlp_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "adapters/telemetry/otlp/span_ids.h"

namespace keelson {
namespace {

using nlohmann::json;

// The numbers of opentelemetry-proto (trace/v1/trace.proto).
constexpr int kSpanKindServer = 2;
constexpr int kStatusCodeError = 2;

json Attribute(const char* key, const std::string& value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

// JSON numbers can't represent 64-bit integers exactly.
std::string UnixNanoseconds(absl::Time time) {
  return std::to_string(absl::ToUnixNanos(time));
}

// Names and attributes follow OpenTelemetry's semantic conventions for RPC servers.
json SpanOf(const OtlpSpan& span) {
  json attributes = {Attribute("rpc.system.name", "grpc"), Attribute("rpc.method", span.method),
                     Attribute("rpc.response.status_code", absl::StatusCodeToString(span.code)),
                     Attribute("keelson.correlation_id", span.correlation_id)};
  json result = {{"traceId", TraceIdOf(span.traceparent)},
                 {"spanId", SpanIdOf(span.traceparent)},
                 {"name", span.method},
                 {"kind", kSpanKindServer},
                 {"startTimeUnixNano", UnixNanoseconds(span.start)},
                 {"endTimeUnixNano", UnixNanoseconds(span.end)}};
  if (!span.parent_span_id.empty()) result["parentSpanId"] = span.parent_span_id;
  if (!span.tracestate.empty()) result["traceState"] = span.tracestate;
  if (span.is_fault) {
    result["status"] = {{"code", kStatusCodeError}};
    attributes.push_back(Attribute("error.type", absl::StatusCodeToString(span.code)));
  }
  result["attributes"] = std::move(attributes);
  return result;
}

}  // namespace

std::string OtlpRequest(const std::vector<OtlpSpan>& spans, const std::string& instance) {
  json all = json::array();
  for (const OtlpSpan& span : spans) all.push_back(SpanOf(span));
  const json resource = {
      {"attributes",
       {Attribute("service.name", "keelson"), Attribute("service.version", KEELSON_VERSION),
        Attribute("service.instance.id", instance)}}};
  const json scope = {{"scope", {{"name", "keelson"}, {"version", KEELSON_VERSION}}},
                      {"spans", std::move(all)}};
  const json request = {
      {"resourceSpans", json::array({{{"resource", resource}, {"scopeSpans", json::array({scope})}}})}};
  // A correlation id or a tracestate is ASCII, but a replacement is better than an exception.
  return request.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::int64_t RejectedSpans(const std::string& response) {
  const json body = json::parse(response, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return 0;
  const json partial = body.value("partialSuccess", json());
  if (!partial.is_object()) return 0;
  const json rejected = partial.value("rejectedSpans", json());
  std::int64_t count = 0;
  if (rejected.is_number_integer()) return rejected.get<std::int64_t>();
  if (rejected.is_string() && absl::SimpleAtoi(rejected.get<std::string>(), &count)) return count;
  return 0;
}

}  // namespace keelson
