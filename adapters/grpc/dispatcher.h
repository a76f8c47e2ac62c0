#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/grpc/authenticator.h"
#include "adapters/grpc/call_metadata.h"
#include "adapters/grpc/rpc_service.h"
#include "core/common/log.h"
#include "google/protobuf/arena.h"

namespace keelson {

// What every call goes through around its handler: who calls and whether it may, its deadline and
// correlation id, its message, and its line in the log. Thread-safe.
class Dispatcher {
 public:
  struct Limits {
    absl::Duration default_deadline;
    std::size_t max_receive_bytes;
  };

  Dispatcher(Authenticator authenticator, const Limits& limits, Entropy& entropy, Log& log)
      : authenticator_(std::make_shared<const Authenticator>(std::move(authenticator))),
        limits_(limits),
        request_ids_(entropy),
        log_(log) {}

  // Fills `context`, tells the caller its request id, and says whether the call may go on. Needs the call's
  // metadata alone, so that a message takes no memory before its caller is authenticated. Doesn't block.
  absl::Status Authorize(const Method& method, grpc::ServerContext& call, CallContext& context);

  // Says whether the message of an admitted call can be parsed: `received` is false where none came.
  // Doesn't block.
  absl::Status CheckMessage(grpc::ServerContext& call, bool received, const grpc::ByteBuffer& payload) const;

  // From now on no call and no message is admitted: UNAVAILABLE (SHUTTING_DOWN).
  void Close() { closed_ = true; }

  // Calls that arrive from now on are admitted by this one.
  void SetAuthenticator(Authenticator authenticator) {
    authenticator_ = std::make_shared<const Authenticator>(std::move(authenticator));
  }

  absl::Duration default_deadline() const { return limits_.default_deadline; }

  // Parses the request, runs the handler and points `response` to its answer, which lives in `arena`. An
  // exception from below is caught and becomes INTERNAL.
  absl::Status Invoke(const Method& method, const CallContext& context, const grpc::ByteBuffer& payload,
                      google::protobuf::Arena& arena, const google::protobuf::Message*& response);

  // Writes the call's log line: of a read that succeeded at debug, of our own faults as errors.
  void LogCall(const Method& method, const CallContext& context, const absl::Status& status,
               absl::Duration duration);

 private:
  std::atomic<std::shared_ptr<const Authenticator>> authenticator_;
  const Limits limits_;
  RequestIds request_ids_;
  std::atomic<bool> closed_ = false;
  Log& log_;
};

// RESOURCE_EXHAUSTED (OVERLOADED), to be tried again later.
absl::Status OverloadedError();

}  // namespace keelson
