// What calls are answered, in forms that read well in a test and in its failures.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"

namespace keelson::e2e {

template <typename Response>
struct Answer {
  grpc::Status status;
  Response value;
  // What the service calls this call ("x-request-id").
  std::string correlation_id;

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &value; }
};

// "OK", or the code and the reason: "INVALID_ARGUMENT FIELD_INVALID". Where the details are not those of an
// error of the service, what is wrong with them.
std::string Outcome(const grpc::Status& status);
// The paths of the bad fields, in the order they are named, each after a space.
std::string BadFields(const grpc::Status& status);
// The rules that failed, in the order they are named, each after a space.
std::string FailedRules(const grpc::Status& status);
// The error's facts as "name=value", each after a space.
std::string Facts(const grpc::Status& status);
std::optional<google::rpc::RetryInfo> RetryAfter(const grpc::Status& status);

template <typename Response>
std::string Outcome(const Answer<Response>& answer) {
  return Outcome(answer.status);
}

}  // namespace keelson::e2e
