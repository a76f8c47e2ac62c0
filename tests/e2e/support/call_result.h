// Outcomes of calls, in a form that reads well in tests and in failure messages.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"

namespace keelson::e2e {

template <typename Response>
struct CallResult {
  grpc::Status status;
  Response value;
  // The correlation id of the call ("x-request-id").
  std::string correlation_id;

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &value; }
};

// "OK", or code and reason: "INVALID_ARGUMENT FIELD_INVALID". If the error details violate the service's
// format, a description of the violation.
std::string Outcome(const grpc::Status& status);
// The paths of the invalid fields in order, each preceded by a space.
std::string BadFields(const grpc::Status& status);
// The failed rules in order, each preceded by a space.
std::string FailedRules(const grpc::Status& status);
// The error's metadata as "name=value", each preceded by a space.
std::string Facts(const grpc::Status& status);
std::optional<google::rpc::RetryInfo> RetryAfter(const grpc::Status& status);

template <typename Response>
std::string Outcome(const CallResult<Response>& result) {
  return Outcome(result.status);
}

}  // namespace keelson::e2e
