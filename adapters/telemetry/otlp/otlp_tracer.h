// Exports the spans of calls to an OpenTelemetry collector by OTLP over HTTP, in JSON
// (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/support/http/http_client.h"
#include "adapters/telemetry/otlp/otlp_json.h"
#include "adapters/telemetry/otlp/span_ids.h"
#include "core/common/clock.h"
#include "core/common/condition_variable.h"
#include "core/common/log.h"
#include "core/common/tracer.h"

namespace keelson {

struct OtlpOptions {
  // Base URL of the collector, such as "http://127.0.0.1:4318"; spans go to its path /v1/traces.
  std::string endpoint;
  // From 0 to 1: the ratio of new traces that are exported.
  double sampled_ratio = 0;
  // The limits of OpenTelemetry's batch span processor.
  std::size_t max_queued_spans = 2048;
  std::size_t max_batch_spans = 512;
  // How long a span waits for others of its batch.
  absl::Duration batch_delay = absl::Seconds(5);
  // Of one attempt. It also delays the end of the process while the collector hangs.
  absl::Duration timeout = absl::Seconds(5);
  // The delay before the first retry. It doubles with each retry.
  absl::Duration retry_delay = absl::Seconds(1);
};

// A thread of the tracer sends batches. While the collector is slow or unreachable, the queue fills, and
// further spans are discarded and counted; calls never wait. The first failure after a success is logged.
class OtlpTracer final : public Tracer {
 public:
  // Attempts to send one batch.
  static constexpr int kMaxAttempts = 5;
  // How long the destructor tries to send queued spans.
  static constexpr absl::Duration kFlushTimeout = absl::Seconds(2);

  // INVALID_ARGUMENT if the endpoint is not an HTTP URL. The references must outlive the tracer.
  static absl::StatusOr<std::unique_ptr<OtlpTracer>> Start(OtlpOptions options, Clock& clock,
                                                           Entropy& entropy, Log& log);
  // Sends the queued spans for at most kFlushTimeout, and waits for the attempt in progress. Blocks.
  ~OtlpTracer() override;
  OtlpTracer(const OtlpTracer&) = delete;
  OtlpTracer& operator=(const OtlpTracer&) = delete;

  CallTrace BeginCall(std::string_view traceparent, std::string_view tracestate) override;
  void EndCall(const CallSpan& span) override;
  SpanCounts CountSpans() const override;

 private:
  enum class Outcome { kAccepted, kRefused, kRetry };

  OtlpTracer(OtlpOptions options, Clock& clock, Entropy& entropy, Log& log);

  void Run();
  // Blocks until a batch is complete, its delay has passed or the tracer stops. Returns an empty batch if the
  // tracer stops and the queue is empty.
  std::vector<OtlpSpan> NextBatch();
  void Export(const std::vector<OtlpSpan>& batch);
  Outcome Send(const HttpRequest& request, std::int64_t& rejected);
  // Returns the deadline of work that starts now.
  Deadline DeadlineWithin(absl::Duration timeout);
  // Waits for `delay` or until the tracer stops. Returns false if the tracer stops.
  bool Wait(absl::Duration delay);
  void NoteFailure(std::string_view reason);

  const OtlpOptions options_;
  Clock& clock_;
  Log& log_;
  SpanIds ids_;
  const std::string instance_;
  HttpClient http_;
  // Used by the thread only.
  bool failing_ = false;
  mutable absl::Mutex mutex_;
  ConditionVariable changed_;
  std::deque<OtlpSpan> queue_ ABSL_GUARDED_BY(mutex_);
  SpanCounts counts_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Deadline flush_deadline_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace keelson
