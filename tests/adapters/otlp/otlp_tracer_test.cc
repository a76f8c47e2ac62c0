#include "adapters/telemetry/otlp/otlp_tracer.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/synchronization/notification.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/http/scripted_server.h"
#include "tests/support/recording_log.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::ScriptedAnswer;
using servers::ScriptedServer;
using servers::SeenRequest;

constexpr char kSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kNotSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

ScriptedAnswer Accept(const SeenRequest&) {
  return {.body = "{}"};
}

// A collector and a tracer whose destructor sends what is queued.
struct Fixture {
  explicit Fixture(ScriptedServer::Script script, OtlpOptions options = {}) : collector(std::move(script)) {
    options.endpoint = collector.url();
    options.retry_delay = absl::Milliseconds(1);
    tracer = Must(OtlpTracer::Start(options, clock, entropy, log));
  }

  void Call(std::string_view traceparent, std::string_view tracestate = "",
            absl::StatusCode code = absl::StatusCode::kOk) {
    tracer->EndCall({.trace = tracer->BeginCall(traceparent, tracestate),
                     .method = "acme.Users/GetUser",
                     .correlation_id = "id-1",
                     .code = code,
                     .is_fault = code == absl::StatusCode::kInternal,
                     .duration = absl::Milliseconds(3)});
  }
  // Waits until as many spans have an outcome.
  SpanCounts Await(std::int64_t spans) const {
    const Deadline deadline = Deadline::After(absl::Seconds(20));
    SpanCounts counts = tracer->CountSpans();
    while (counts.exported + counts.failed < spans && !deadline.expired()) {
      absl::Notification().WaitForNotificationWithTimeout(absl::Milliseconds(1));
      counts = tracer->CountSpans();
    }
    return counts;
  }
  // All spans that the collector received.
  std::vector<json> Spans() {
    std::vector<json> spans;
    for (const SeenRequest& request : collector.requests()) {
      const json body = json::parse(request.body);
      for (const json& span : body.at("resourceSpans")[0].at("scopeSpans")[0].at("spans"))
        spans.push_back(span);
    }
    return spans;
  }

  ScriptedServer collector;
  FakeClock clock;
  FakeEntropy entropy;
  RecordingLog log;
  std::unique_ptr<OtlpTracer> tracer;
};

OtlpOptions AtOnce() {
  OtlpOptions options;
  options.batch_delay = absl::ZeroDuration();
  options.sampled_ratio = 1;
  return options;
}

json ValueOf(const json& attributes, const std::string& key) {
  for (const json& attribute : attributes) {
    if (attribute.at("key") == key) return attribute.at("value").at("stringValue");
  }
  return {};
}

TEST_CASE("a span has the caller's trace, and OTLP's names and encodings") {
  Fixture fixture(Accept, AtOnce());
  fixture.Call(kSampled, "vendor=1");
  CHECK(fixture.Await(1).exported == 1);
  const SeenRequest request = fixture.collector.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/v1/traces");
  CHECK(request.headers.at("content-type") == "application/json");
  const json resource = json::parse(request.body).at("resourceSpans")[0].at("resource").at("attributes");
  CHECK(ValueOf(resource, "service.name") == "keelson");
  CHECK(ValueOf(resource, "service.instance.id").get<std::string>().size() == 32);
  const json span = fixture.Spans().at(0);
  CHECK(span.at("traceId") == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(span.at("parentSpanId") == "00f067aa0ba902b7");
  CHECK(span.at("spanId").get<std::string>().size() == 16);
  CHECK(span.at("spanId") != "00f067aa0ba902b7");
  CHECK(span.at("traceState") == "vendor=1");
  CHECK(span.at("name") == "acme.Users/GetUser");
  CHECK(span.at("kind") == 2);
  CHECK(span.at("endTimeUnixNano") == "1767225600000000000");
  CHECK(span.at("startTimeUnixNano") == "1767225599997000000");
  CHECK(!span.contains("status"));
  CHECK(ValueOf(span.at("attributes"), "rpc.system.name") == "grpc");
  CHECK(ValueOf(span.at("attributes"), "rpc.method") == "acme.Users/GetUser");
  CHECK(ValueOf(span.at("attributes"), "rpc.response.status_code") == "OK");
  CHECK(ValueOf(span.at("attributes"), "keelson.correlation_id") == "id-1");
}

TEST_CASE("only a fault of the server is an error of the span") {
  Fixture fixture(Accept, AtOnce());
  fixture.Call(kSampled, "", absl::StatusCode::kNotFound);
  fixture.Call(kSampled, "", absl::StatusCode::kInternal);
  CHECK(fixture.Await(2).exported == 2);
  const std::vector<json> spans = fixture.Spans();
  CHECK(!spans.at(0).contains("status"));
  CHECK(spans.at(1).at("status").at("code") == 2);
  CHECK(ValueOf(spans.at(1).at("attributes"), "error.type") == "INTERNAL");
}

TEST_CASE("the caller decides whether its trace is sampled") {
  Fixture fixture(Accept, AtOnce());
  fixture.Call(kNotSampled);
  fixture.tracer.reset();
  CHECK(fixture.collector.requests().empty());
}

TEST_CASE("a new trace is sampled at the configured ratio, and its spans have valid and distinct ids") {
  FakeEntropy entropy;
  SpanIds ids(entropy, 0.25);
  std::set<std::string> spans;
  int sampled = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string trace = ids.NewTrace();
    REQUIRE(trace.size() == 55);
    CHECK(TraceIdOf(trace) != std::string(32, '0'));
    spans.emplace(SpanIdOf(trace));
    if (IsSampled(trace)) ++sampled;
    const std::string child = ids.NewChild(trace);
    REQUIRE(TraceIdOf(child) == TraceIdOf(trace));
    REQUIRE(IsSampled(child) == IsSampled(trace));
    spans.emplace(SpanIdOf(child));
  }
  CHECK(spans.size() == 20'000);
  CHECK(sampled > 2300);
  CHECK(sampled < 2700);
}

TEST_CASE("with the ratios 0 and 1, no new trace and every new trace is sampled") {
  FakeEntropy entropy;
  SpanIds none(entropy, 0);
  SpanIds all(entropy, 1);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(!IsSampled(none.NewTrace()));
    REQUIRE(IsSampled(all.NewTrace()));
  }
}

TEST_CASE("a batch is repeated after the retryable statuses and a lost connection, and not after others") {
  std::atomic<int> attempts = 0;
  const int status = GENERATE(429, 502, 503, 504, 0);
  Fixture fixture(
      [&](const SeenRequest&) -> ScriptedAnswer {
        if (++attempts > 1) return {.body = "{}"};
        if (status == 0) return {.act = ScriptedAnswer::Act::kReset};
        return {.status = status};
      },
      AtOnce());
  fixture.Call(kSampled);
  CHECK(fixture.Await(1).exported == 1);
  CHECK(attempts == 2);
  CHECK(fixture.log.Count("traces.not_exported") == 1);
}

TEST_CASE("a batch that the collector refuses is not repeated, and its spans count as failed") {
  const int status = GENERATE(400, 401, 404, 500);
  Fixture fixture([&](const SeenRequest&) -> ScriptedAnswer { return {.status = status}; }, AtOnce());
  fixture.Call(kSampled);
  CHECK(fixture.Await(1).failed == 1);
  CHECK(fixture.collector.requests().size() == 1);
}

TEST_CASE("a partial success counts the rejected spans and is not repeated") {
  const std::string rejected = GENERATE(R"("1")", "1");
  Fixture fixture(
      [&](const SeenRequest&) -> ScriptedAnswer {
        return {.body = R"({"partialSuccess":{"rejectedSpans":)" + rejected + "}}"};
      },
      AtOnce());
  fixture.Call(kSampled);
  CHECK(fixture.Await(1).failed == 1);
  CHECK(fixture.collector.requests().size() == 1);
}

TEST_CASE("a response that is not JSON counts as accepted") {
  Fixture fixture([](const SeenRequest&) -> ScriptedAnswer { return {.body = "<html>"}; }, AtOnce());
  fixture.Call(kSampled);
  CHECK(fixture.Await(1).exported == 1);
}

TEST_CASE("after kMaxAttempts attempts, the spans are discarded") {
  Fixture fixture([](const SeenRequest&) -> ScriptedAnswer { return {.status = 503}; }, AtOnce());
  fixture.Call(kSampled);
  CHECK(fixture.Await(1).failed == 1);
  CHECK(fixture.collector.requests().size() == OtlpTracer::kMaxAttempts);
  CHECK(fixture.log.Count("traces.not_exported") == 1);
}

TEST_CASE("while the collector hangs, the queue is bounded, calls do not wait, and the destructor ends") {
  OtlpOptions options = AtOnce();
  options.max_queued_spans = 4;
  options.max_batch_spans = 1;
  Fixture fixture([](const SeenRequest&) -> ScriptedAnswer { return {.act = ScriptedAnswer::Act::kStall}; },
                  options);
  const SteadyTime start = SteadyTime::Now();
  for (int i = 0; i < 100; ++i) fixture.Call(kSampled);
  // The thread has taken one span or none.
  const std::int64_t overflowed = fixture.tracer->CountSpans().overflowed;
  CHECK(overflowed >= 95);
  CHECK(overflowed <= 96);
  fixture.tracer.reset();
  CHECK(SteadyTime::Now() - start < absl::Seconds(20));
}

TEST_CASE("the destructor sends the spans that wait for a batch") {
  OtlpOptions options;
  options.batch_delay = absl::Hours(1);
  Fixture fixture(Accept, options);
  for (int i = 0; i < 3; ++i) fixture.Call(kSampled);
  fixture.tracer.reset();
  CHECK(fixture.Spans().size() == 3);
  CHECK(fixture.collector.requests().size() == 1);
}

TEST_CASE("a full batch is sent at once") {
  OtlpOptions options;
  options.batch_delay = absl::Hours(1);
  options.max_batch_spans = 3;
  Fixture fixture(Accept, options);
  for (int i = 0; i < 3; ++i) fixture.Call(kSampled);
  CHECK(fixture.Await(3).exported == 3);
}

TEST_CASE("Start refuses an endpoint that is no HTTP URL") {
  FakeClock clock;
  FakeEntropy entropy;
  RecordingLog log;
  for (const char* endpoint :
       {"", "127.0.0.1:4318", "ftp://collector", "http://", "http://user:secret@host"}) {
    const absl::Status status = OtlpTracer::Start({.endpoint = endpoint}, clock, entropy, log).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message().find("secret") == absl::string_view::npos);
  }
}

}  // namespace
}  // namespace keelson
