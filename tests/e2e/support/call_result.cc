#include "tests/e2e/support/call_result.h"

#include <map>

#include "absl/status/status.h"
#include "core/common/strings.h"
#include "google/rpc/status.pb.h"

namespace keelson::e2e {
namespace {

template <typename Detail>
std::optional<Detail> Find(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& any : details.details()) {
    if (Detail detail; any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

std::string CodeName(grpc::StatusCode code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

bool SameAsDetails(const grpc::Status& status) {
  google::rpc::Status details;
  return details.ParseFromString(status.error_details()) && details.code() == status.error_code() &&
         details.message() == status.error_message() && !status.error_message().empty();
}

}  // namespace

std::string Outcome(const grpc::Status& status) {
  const std::string code = CodeName(status.error_code());
  if (status.error_details().empty()) return code;
  if (!SameAsDetails(status)) return code + " with different details";
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info || info->domain() != "keelson") return code + " of another domain";
  return StrCat(code, " ", info->reason());
}

std::string BadFields(const grpc::Status& status) {
  std::string fields;
  if (const auto bad = Find<google::rpc::BadRequest>(status)) {
    for (const auto& violation : bad->field_violations()) {
      fields += StrCat(" ", violation.field(), violation.description().empty() ? " without description" : "");
    }
  }
  return fields;
}

std::string FailedRules(const grpc::Status& status) {
  std::string rules;
  if (const auto failure = Find<google::rpc::PreconditionFailure>(status)) {
    for (const auto& violation : failure->violations()) rules += StrCat(" ", violation.type());
  }
  return rules;
}

std::string Facts(const grpc::Status& status) {
  std::string facts;
  if (const auto info = Find<google::rpc::ErrorInfo>(status)) {
    const std::map<std::string, std::string> sorted(info->metadata().begin(), info->metadata().end());
    for (const auto& [name, value] : sorted) facts += StrCat(" ", name, "=", value);
  }
  return facts;
}

std::optional<google::rpc::RetryInfo> RetryAfter(const grpc::Status& status) {
  return Find<google::rpc::RetryInfo>(status);
}

}  // namespace keelson::e2e
