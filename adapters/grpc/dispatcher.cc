#include "adapters/grpc/dispatcher.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <exception>
#include <string>

#include "absl/strings/str_format.h"
#include "adapters/grpc/call_deadline.h"
#include "adapters/grpc/compression.h"
#include "adapters/grpc/error_status.h"
#include "adapters/grpc/wire_check.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Every implementation of W3C Trace Context must pass on at least this many characters; a longer tracestate
// is dropped.
constexpr std::size_t kMaxTracestate = 512;
constexpr absl::Duration kRetryWhenOverloaded = absl::Seconds(1);
constexpr absl::Duration kRetryWhenShuttingDown = absl::Seconds(1);

bool Parse(const grpc::ByteBuffer& payload, google::protobuf::Message& request) {
  grpc::Slice slice;
  if (payload.TrySingleSlice(&slice).ok()) {
    return request.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  }
  // The parameter of ProtoBufferReader lacks const, but the reader does not modify the buffer.
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&payload));
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

absl::Status Explain(const grpc::ByteBuffer& payload, const google::protobuf::Message& request) {
  grpc::Slice slice;
  if (!payload.DumpToSingleSlice(&slice).ok()) return absl::InternalError("the payload can't be read");
  return ExplainUnparsable(*request.GetDescriptor(),
                           {reinterpret_cast<const char*>(slice.begin()), slice.size()});
}

// Status codes that OpenTelemetry's semantic conventions classify as server errors.
bool IsServerFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

Severity SeverityOf(const Method& method, absl::StatusCode code) {
  if (IsServerFault(code)) return Severity::kError;
  return code == absl::StatusCode::kOk && !Writes(method.work) ? Severity::kDebug : Severity::kInfo;
}

absl::Status Overloaded(std::string_view message) {
  ErrorDetails details;
  details.reason = Reason::kOverloaded;
  details.retry_after = kRetryWhenOverloaded;
  return MakeError(details, message);
}

// Parses the payload into a new message, which `arena` owns.
absl::StatusOr<google::protobuf::Message*> NewRequest(const Method& method, const grpc::ByteBuffer& payload,
                                                      google::protobuf::Arena& arena) {
  google::protobuf::Message* request = method.request->New(&arena);
  if (!Parse(payload, *request)) return Explain(payload, *request);
  return request;
}

}  // namespace

absl::Status OverloadedError() {
  return Overloaded("the server's queue of calls is full; try again later");
}

absl::Status ShuttingDownError() {
  ErrorDetails details;
  details.reason = Reason::kShuttingDown;
  details.retry_after = kRetryWhenShuttingDown;
  return MakeError(details, "the server is shutting down; retry on another instance or later");
}

absl::Status Dispatcher::Authorize(const Method& method, grpc::ServerContext& call, CallContext& context,
                                   CallTrace& trace) {
  const CallMetadata metadata = ReadMetadata(call);
  if (IsValidRequestId(metadata.request_id)) {
    context.correlation_id.assign(metadata.request_id);
  } else {
    request_ids_.Next(context.correlation_id);
  }
  call.AddInitialMetadata("x-request-id", context.correlation_id);
  trace = BeginTrace(metadata);
  context.traceparent = trace.traceparent;
  context.deadline = DeadlineOf(call);

  if (closed_) return ShuttingDownError();
  return authenticator_.load()->Authorize(call, metadata.authorization, method.access, context);
}

CallTrace Dispatcher::BeginTrace(const CallMetadata& metadata) {
  std::string traceparent = NormalTraceparent(metadata.traceparent);
  if (tracer_ == nullptr) return {.traceparent = std::move(traceparent)};
  const bool keeps_state = metadata.tracestate.size() <= kMaxTracestate;
  return tracer_->BeginCall(traceparent, keeps_state ? metadata.tracestate : std::string_view());
}

absl::Status Dispatcher::CheckMessage(grpc::ServerContext& call, bool received,
                                      const grpc::ByteBuffer& payload) const {
  if (closed_) return ShuttingDownError();
  if (!received) return MakeError(Reason::kFieldInvalid, "the call has no request message");
  if (IsCompressed(payload)) {
    // Required by gRPC's compression specification (doc/compression.md).
    call.AddInitialMetadata("grpc-accept-encoding", "identity");
    return MakeError(Reason::kEncodingNotSupported,
                     "the server does not accept compressed messages; use grpc-encoding identity");
  }
  if (payload.Length() <= limits_.max_receive_bytes) return absl::OkStatus();
  return MakeError(Reason::kFieldInvalid, StrCat("the message has ", payload.Length(),
                                                 " bytes; the maximum is ", limits_.max_receive_bytes));
}

absl::Status Dispatcher::Invoke(const Method& method, const CallContext& context,
                                const grpc::ByteBuffer& payload, google::protobuf::Arena& arena,
                                const google::protobuf::Message*& response) {
  return Guard(context, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(google::protobuf::Message* const request, NewRequest(method, payload, arena));
    google::protobuf::Message* created = method.response->New(&arena);
    response = created;
    return method.handler(context, *request, *created);
  });
}

absl::Status Dispatcher::InvokeBatch(const Method& method, const CallContext& context,
                                     const std::deque<grpc::ByteBuffer>& payloads,
                                     google::protobuf::Arena& arena, google::protobuf::Message& response) {
  return Guard(context, [&]() -> absl::Status {
    Method::Messages requests;
    for (const grpc::ByteBuffer& payload : payloads) {
      ASSIGN_OR_RETURN(google::protobuf::Message* const request, NewRequest(method, payload, arena));
      requests.push_back(request);
    }
    return method.batch_handler(context, requests, response);
  });
}

absl::Status Dispatcher::Guard(const CallContext& context, absl::FunctionRef<absl::Status()> work) const {
  if (cancels_queued_) return ShuttingDownError();
  if (context.deadline.expired())
    return absl::DeadlineExceededError("the deadline expired before the call started");
  try {
    return work();
  } catch (const std::exception& e) {
    return absl::InternalError(StrCat("unhandled exception in the handler: ", e.what()));
  }
}

Deadline Dispatcher::DeadlineOf(const grpc::ServerContext& call) const {
  const gpr_timespec deadline = call.raw_deadline();
  return Deadline::After(TimeUntil(deadline, gpr_now(deadline.clock_type), limits_.default_deadline));
}

absl::Status Dispatcher::AdmitStream() {
  if (++streams_ <= kMaxStreams) return absl::OkStatus();
  --streams_;
  return Overloaded(StrCat("the server serves at most ", kMaxStreams, " streams at a time; try again later"));
}

void Dispatcher::RecordCall(const Method& method, const CallContext& context, const CallTrace& trace,
                            const absl::Status& status, absl::Duration duration) {
  const absl::StatusCode code = status.ok() ? absl::StatusCode::kOk : PublicCode(status);
  method.counters->Ended(code, duration);
  if (tracer_ != nullptr) {
    tracer_->EndCall({.trace = trace,
                      .method = method.name(),
                      .correlation_id = context.correlation_id,
                      .code = code,
                      .is_fault = IsServerFault(code),
                      .duration = duration});
  }
  LogCall(method, context, status, code, duration);
}

void Dispatcher::LogCall(const Method& method, const CallContext& context, const absl::Status& status,
                         absl::StatusCode code, absl::Duration duration) {
  const Severity severity = SeverityOf(method, code);
  if (!log_.Enabled(severity)) return;

  const std::string code_name = absl::StatusCodeToString(code);
  const std::string duration_ms = absl::StrFormat("%.3f", absl::ToDoubleMilliseconds(duration));
  if (status.ok()) {
    log_.Write(severity, "rpc", "the call succeeded",
               {{"method", method.name()},
                {"code", code_name},
                {"duration_ms", duration_ms},
                {"caller", context.actor},
                {"correlation_id", context.correlation_id}});
    return;
  }
  const std::optional<ErrorDetails> details = DetailsOf(status);
  // The error message of a rejected request may contain values of the request, so it is not logged.
  const std::string message = severity == Severity::kError
                                  ? status.ToString(absl::StatusToStringMode::kWithNoExtraData)
                                  : std::string("the call returned an error; see code and reason");
  log_.Write(severity, "rpc", message,
             {{"method", method.name()},
              {"code", code_name},
              {"reason", details ? ReasonName(details->reason) : std::string_view()},
              {"duration_ms", duration_ms},
              {"caller", context.actor},
              {"correlation_id", context.correlation_id}});
}

}  // namespace keelson
