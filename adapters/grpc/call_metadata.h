// The metadata of a call: request id, trace context and credentials.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/common/entropy.h"

namespace keelson {

// A member is empty if the call has no such metadata. The views are valid as long as the grpc::ServerContext
// exists.
struct CallMetadata {
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view tracestate;
  std::string_view authorization;
};

CallMetadata ReadMetadata(const grpc::ServerContext& context);

// A valid request id has 1 to 128 printable ASCII characters without a leading or trailing space, because
// HTTP/2 peers strip such a space or reject the response.
bool IsValidRequestId(std::string_view text);

// Normalizes a W3C traceparent to version 00. Returns an empty string if `text` is invalid.
std::string NormalTraceparent(std::string_view text);

// Generates ids for calls without a valid request id. The ids are unique, but predictable. Thread-safe.
class RequestIds {
 public:
  explicit RequestIds(Entropy& entropy);
  // Writes 32 hexadecimal digits.
  void Next(std::string& out);

 private:
  std::uint64_t prefix_ = 0;
  std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace keelson
