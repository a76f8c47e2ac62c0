// Translation of the core's errors into gRPC statuses.
#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Converts `status`, which must not be OK. Its details become a google.rpc.Status: ErrorInfo with domain
// "keelson", and BadRequest, PreconditionFailure and RetryInfo if they are not empty. Clients accept at most
// 8 KiB of trailers, so violations that do not fit are omitted and counted in ErrorInfo's
// "violations_omitted". No text begins or ends with white space, and each is valid UTF-8. DEADLINE_EXCEEDED
// and CANCELLED keep their codes even without details. Any other status without details becomes INTERNAL,
// with the correlation id and without its cause.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view correlation_id);

// Returns the status code that callers receive for `status`.
absl::StatusCode PublicCode(const absl::Status& status);

}  // namespace keelson
