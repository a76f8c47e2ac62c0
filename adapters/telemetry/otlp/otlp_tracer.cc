#include "adapters/telemetry/otlp/otlp_tracer.h"

#include <algorithm>
#include <utility>

#include "adapters/support/http/http_syntax.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr char kPath[] = "/v1/traces";

std::string NewInstanceId(Entropy& entropy) {
  return std::string(TraceIdOf(SpanIds(entropy, 0).NewTrace()));
}

// The statuses that OTLP/HTTP declares retryable.
bool IsRetryable(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

HttpRequest RequestFor(const std::string& endpoint, std::string body) {
  HttpRequest request;
  request.url = StrCat(endpoint, kPath);
  request.headers.push_back({"content-type", "application/json"});
  request.body = std::move(body);
  return request;
}

}  // namespace

absl::StatusOr<std::unique_ptr<OtlpTracer>> OtlpTracer::Start(OtlpOptions options, Clock& clock,
                                                              Entropy& entropy, Log& log) {
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  if (!IsHttpUrl(options.endpoint)) {
    return absl::InvalidArgumentError(
        "telemetry.otlp_endpoint must be an http:// or https:// URL without user and password");
  }
  std::unique_ptr<OtlpTracer> tracer(new OtlpTracer(std::move(options), clock, entropy, log));
  tracer->thread_ = std::thread([&tracer = *tracer] { tracer.Run(); });
  return tracer;
}

OtlpTracer::OtlpTracer(OtlpOptions options, Clock& clock, Entropy& entropy, Log& log)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      ids_(entropy, options_.sampled_ratio),
      instance_(NewInstanceId(entropy)) {}

OtlpTracer::~OtlpTracer() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    flush_deadline_ = Deadline::After(kFlushTimeout);
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

CallTrace OtlpTracer::BeginCall(std::string_view traceparent, std::string_view tracestate) {
  CallTrace trace;
  if (traceparent.empty()) {
    trace.traceparent = ids_.NewTrace();
    return trace;
  }
  trace.traceparent = ids_.NewChild(traceparent);
  trace.parent_span_id = SpanIdOf(traceparent);
  trace.tracestate = tracestate;
  return trace;
}

void OtlpTracer::EndCall(const CallSpan& span) {
  if (span.trace.traceparent.empty() || !IsSampled(span.trace.traceparent)) return;
  const absl::Time end = clock_.Now();
  OtlpSpan queued{.traceparent = span.trace.traceparent,
                  .parent_span_id = span.trace.parent_span_id,
                  .tracestate = span.trace.tracestate,
                  .method = std::string(span.method),
                  .correlation_id = std::string(span.correlation_id),
                  .code = span.code,
                  .is_fault = span.is_fault,
                  .start = end - span.duration,
                  .end = end};
  const absl::MutexLock lock(&mutex_);
  if (queue_.size() >= options_.max_queued_spans) {
    ++counts_.overflowed;
    return;
  }
  queue_.push_back(std::move(queued));
  if (queue_.size() == 1 || queue_.size() == options_.max_batch_spans) changed_.Signal();
}

SpanCounts OtlpTracer::CountSpans() const {
  const absl::MutexLock lock(&mutex_);
  return counts_;
}

void OtlpTracer::Run() {
  while (true) {
    const std::vector<OtlpSpan> batch = NextBatch();
    if (batch.empty()) return;
    Export(batch);
  }
}

std::vector<OtlpSpan> OtlpTracer::NextBatch() {
  const absl::MutexLock lock(&mutex_);
  while (!stopping_ && queue_.empty()) changed_.Wait(&mutex_);
  const Deadline complete = Deadline::After(options_.batch_delay);
  while (!stopping_ && queue_.size() < options_.max_batch_spans && !complete.expired()) {
    changed_.WaitUntil(&mutex_, complete);
  }
  const std::size_t size = std::min(queue_.size(), options_.max_batch_spans);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(size);
  std::vector<OtlpSpan> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void OtlpTracer::Export(const std::vector<OtlpSpan>& batch) {
  const HttpRequest request = RequestFor(options_.endpoint, OtlpRequest(batch, instance_));
  const auto size = static_cast<std::int64_t>(batch.size());
  std::int64_t rejected = size;
  absl::Duration delay = options_.retry_delay;
  for (int attempt = 1; Send(request, rejected) == Outcome::kRetry && attempt < kMaxAttempts; ++attempt) {
    if (!Wait(delay)) break;
    delay *= 2;
  }
  const absl::MutexLock lock(&mutex_);
  counts_.failed += rejected;
  counts_.exported += size - rejected;
}

OtlpTracer::Outcome OtlpTracer::Send(const HttpRequest& request, std::int64_t& rejected) {
  const HttpResult result = http_.Send(request, DeadlineWithin(options_.timeout));
  if (const auto* failure = std::get_if<HttpFailure>(&result)) {
    NoteFailure(failure->reason);
    return failure->malformed ? Outcome::kRefused : Outcome::kRetry;
  }
  const auto& response = std::get<HttpResponse>(result);
  if (response.status < 200 || response.status > 299) {
    NoteFailure(StrCat("HTTP status ", response.status));
    return IsRetryable(response.status) ? Outcome::kRetry : Outcome::kRefused;
  }
  rejected = std::clamp<std::int64_t>(RejectedSpans(response.body), 0, rejected);
  if (rejected > 0) {
    NoteFailure(StrCat("the collector rejected ", rejected, " spans of a batch"));
  } else {
    failing_ = false;
  }
  return Outcome::kAccepted;
}

Deadline OtlpTracer::DeadlineWithin(absl::Duration timeout) {
  const absl::MutexLock lock(&mutex_);
  return Deadline::After(stopping_ ? std::min(timeout, flush_deadline_.remaining()) : timeout);
}

bool OtlpTracer::Wait(absl::Duration delay) {
  const Deadline deadline = Deadline::After(delay);
  const absl::MutexLock lock(&mutex_);
  while (!stopping_ && !deadline.expired()) changed_.WaitUntil(&mutex_, deadline);
  return !stopping_;
}

void OtlpTracer::NoteFailure(std::string_view reason) {
  if (std::exchange(failing_, true)) return;
  log_.Write(Severity::kWarning, "traces.not_exported",
             "the OpenTelemetry collector does not accept spans; they are retried and then discarded",
             {{"error", reason}});
}

}  // namespace keelson
