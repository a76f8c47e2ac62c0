#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <deque>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/grpc/authenticator.h"
#include "adapters/grpc/call_metadata.h"
#include "adapters/grpc/rpc_service.h"
#include "core/common/log.h"
#include "core/common/tracer.h"
#include "google/protobuf/arena.h"

namespace keelson {

// Maximum number of open client streams of a server. Each stream holds up to two batches in memory.
inline constexpr int kMaxStreams = 8;

// The steps around every handler: authorization, deadline, correlation id, parsing, error mapping and the log
// line. Thread-safe.
class Dispatcher {
 public:
  struct Limits {
    absl::Duration default_deadline;
    std::size_t max_receive_bytes;
  };

  Dispatcher(Authenticator authenticator, const Limits& limits, Entropy& entropy, Log& log, Tracer* tracer)
      : authenticator_(std::make_shared<const Authenticator>(std::move(authenticator))),
        limits_(limits),
        request_ids_(entropy),
        log_(log),
        tracer_(tracer) {}

  // Fills `context` and `trace`, sends the request id to the caller, and authorizes the call. Needs only the
  // call's metadata, so that no message takes memory before its caller is authenticated. Returns
  // UNAUTHENTICATED or PERMISSION_DENIED, and UNAVAILABLE after Close. Does not block.
  absl::Status Authorize(const Method& method, grpc::ServerContext& call, CallContext& context,
                         CallTrace& trace);

  // Checks the presence, encoding and size of an authorized call's message. `received` is false if the call
  // has no message. Does not block.
  absl::Status CheckMessage(grpc::ServerContext& call, bool received, const grpc::ByteBuffer& payload) const;

  // After this call, Authorize and CheckMessage return UNAVAILABLE (SHUTTING_DOWN).
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }

  // After this call, Invoke returns UNAVAILABLE (SHUTTING_DOWN) and does not run the handler, so that queued
  // calls end.
  void CancelQueued() { cancels_queued_ = true; }

  // Later calls of Authorize use this authenticator.
  void SetAuthenticator(std::shared_ptr<const Authenticator> authenticator) {
    authenticator_ = std::move(authenticator);
  }

  absl::Duration default_deadline() const { return limits_.default_deadline; }

  // Parses the request, runs the handler and sets `response`, which `arena` owns. Turns an exception into
  // INTERNAL. Blocks like the handler.
  absl::Status Invoke(const Method& method, const CallContext& context, const grpc::ByteBuffer& payload,
                      google::protobuf::Arena& arena, const google::protobuf::Message*& response);

  // Like Invoke, for a batch of a client stream: adds the results to `response`.
  absl::Status InvokeBatch(const Method& method, const CallContext& context,
                           const std::deque<grpc::ByteBuffer>& payloads, google::protobuf::Arena& arena,
                           google::protobuf::Message& response);

  // Returns the deadline of work that starts now: the client's deadline, or the default deadline if it is
  // earlier.
  Deadline DeadlineOf(const grpc::ServerContext& call) const;

  // Admits a client stream: RESOURCE_EXHAUSTED (OVERLOADED) if kMaxStreams streams are open. After OK, the
  // caller must call StreamEnded.
  absl::Status AdmitStream();
  void StreamEnded() { --streams_; }

  // Counts an ended call, ends its span and writes its log line, with severity debug for a successful read
  // and error for a server error.
  void RecordCall(const Method& method, const CallContext& context, const CallTrace& trace,
                  const absl::Status& status, absl::Duration duration);

 private:
  CallTrace BeginTrace(const CallMetadata& metadata);
  void LogCall(const Method& method, const CallContext& context, const absl::Status& status,
               absl::StatusCode code, absl::Duration duration);
  // Runs `work` unless the call's deadline has expired or queued calls are cancelled. Turns an exception into
  // INTERNAL.
  absl::Status Guard(const CallContext& context, absl::FunctionRef<absl::Status()> work) const;

  std::atomic<std::shared_ptr<const Authenticator>> authenticator_;
  const Limits limits_;
  RequestIds request_ids_;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> cancels_queued_ = false;
  // Number of open client streams.
  std::atomic<int> streams_ = 0;
  Log& log_;
  // Null: the service sends no traces.
  Tracer* const tracer_;
};

// Returns RESOURCE_EXHAUSTED (OVERLOADED) with a retry delay.
absl::Status OverloadedError();
// Returns UNAVAILABLE (SHUTTING_DOWN) with a retry delay.
absl::Status ShuttingDownError();

}  // namespace keelson
