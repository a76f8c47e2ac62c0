// How the core's errors are told to callers.
#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Of a status that is not OK. Its details become a google.rpc.Status (ErrorInfo with domain "keelson", and
// BadRequest, PreconditionFailure and RetryInfo where they say something). What clients accept as trailers
// is small (8 KiB), so violations beyond that are left out and counted in the ErrorInfo's
// "violations_omitted". No text begins or ends in white space, and each is valid UTF-8. DEADLINE_EXCEEDED and
// CANCELLED pass without details; any other status without them is a fault of ours: INTERNAL, with the
// correlation id to ask after and without its cause.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view correlation_id);

// The code that callers see for `status`.
absl::StatusCode PublicCode(const absl::Status& status);

}  // namespace keelson
