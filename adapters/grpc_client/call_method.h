#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/grpc_client/connection.h"

namespace keelson {

struct MethodCall {
  ConnectionOptions connection;
  // The full name of the method, or an unambiguous suffix of it (ResolveMethod).
  std::string method;
  // The request in Protobuf's JSON mapping. A client-streaming method receives this one request.
  std::string request;
};

struct CallResult {
  absl::StatusCode code = absl::StatusCode::kOk;
  // The status code, the error message and each detail, on one or more lines; empty for kOk.
  std::string error;
};

// Makes the call and passes each response, as indented JSON that ends with a line break, to `print`.
// INVALID_ARGUMENT, without a call, for an unknown or ambiguous method, an invalid request and an option that
// can't be used. Blocks for the timeout at most.
absl::StatusOr<CallResult> CallMethod(const MethodCall& call,
                                      const std::function<void(const std::string& json)>& print);

}  // namespace keelson
