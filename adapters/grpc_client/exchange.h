#pragma once

#include <grpcpp/support/status.h>

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/grpc_client/connection.h"

namespace keelson {

// Returns the next serialized request; nullopt after the last one.
using NextRequest = std::function<std::optional<std::string>()>;
// Receives one serialized response.
using OnResponse = std::function<void(const std::string& response)>;

// Sends one serialized request to the method `path` ("/package.Service/Method") on a new connection and
// passes each response to `on_response`: one response of a unary method, any number of a server-streaming
// method. Returns the status of the call. INVALID_ARGUMENT, with the option and the file, if an option can't
// be used. Blocks for the timeout at most.
absl::StatusOr<grpc::Status> Exchange(const ConnectionOptions& options, const std::string& path,
                                      const std::string& request, const OnResponse& on_response);

// Like Exchange, for a client-streaming method: sends requests until the last one, or until the server ends
// the call.
absl::StatusOr<grpc::Status> ExchangeStream(const ConnectionOptions& options, const std::string& path,
                                            const NextRequest& next_request, const OnResponse& on_response);

// Returns the status code, the error message and each detail of a call of `method` that failed with `status`,
// and a hint if there is one, on one or more lines.
std::string ExplainFailure(const ConnectionOptions& options, const std::string& method,
                           const grpc::Status& status);

// Returns a hint for the user after a connection failed with `status`, for example because the TLS options do
// not match the server; empty if the status itself names the cause.
std::string ConnectionHint(const ConnectionOptions& options, const grpc::Status& status);

}  // namespace keelson
