#pragma once

#include <grpcpp/support/status.h>

#include <string>

namespace keelson {

// Returns "INVALID_ARGUMENT: message", followed by each detail of the google.rpc.Status that the error
// carries, on lines that begin with two spaces.
std::string ErrorText(const grpc::Status& status);

}  // namespace keelson
