// Formats the results of calls for assertions and failure messages.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"

namespace keelson::e2e {

// The status and the response of a call.
template <typename Response>
struct CallResult {
  grpc::Status status;
  Response value;
  // The correlation id that the server returned in the metadata "x-request-id".
  std::string correlation_id;

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &value; }
};

// Returns "OK", or the status code and the error reason: "INVALID_ARGUMENT FIELD_INVALID". If the error
// details do not have the documented form, returns a description of the violation instead.
std::string Outcome(const grpc::Status& status);
// Returns the paths of the invalid fields in order, each preceded by a space.
std::string BadFields(const grpc::Status& status);
// Returns the failed preconditions (PreconditionFailure) in order, each preceded by a space.
std::string FailedRules(const grpc::Status& status);
// Returns the metadata of ErrorInfo as "name=value" entries, each preceded by a space.
std::string Facts(const grpc::Status& status);
std::optional<google::rpc::RetryInfo> RetryAfter(const grpc::Status& status);

template <typename Response>
std::string Outcome(const CallResult<Response>& result) {
  return Outcome(result.status);
}

}  // namespace keelson::e2e
