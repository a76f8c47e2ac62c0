#include "adapters/grpc_client/error_text.h"

#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/strings.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace keelson {
namespace {

std::string Line(std::string_view label, std::string_view text) {
  return StrCat("\n  ", label, ": ", text);
}

std::string Text(const google::rpc::ErrorInfo& info) {
  std::string text = Line("reason", StrCat(info.reason(), " (domain ", info.domain(), ")"));
  const std::map<std::string, std::string> sorted(info.metadata().begin(), info.metadata().end());
  for (const auto& [key, value] : sorted) text += Line(StrCat("metadata ", key), value);
  return text;
}

std::string Text(const google::rpc::BadRequest& request) {
  std::string text;
  for (const auto& violation : request.field_violations()) {
    text += Line(StrCat("field ", violation.field()), violation.description());
  }
  return text;
}

std::string Text(const google::rpc::PreconditionFailure& failure) {
  std::string text;
  for (const auto& violation : failure.violations()) {
    const std::string subject = violation.subject().empty() ? "" : StrCat(" of ", violation.subject());
    text += Line(StrCat("precondition ", violation.type(), subject), violation.description());
  }
  return text;
}

std::string Text(const google::rpc::RetryInfo& info) {
  const absl::Duration delay =
      absl::Seconds(info.retry_delay().seconds()) + absl::Nanoseconds(info.retry_delay().nanos());
  return Line("retry after", absl::FormatDuration(delay));
}

// Unpacks the detail if its type is `Detail` and appends its lines to `text`; returns false for any other
// type.
template <typename Detail>
bool Append(const google::protobuf::Any& any, std::string& text) {
  Detail detail;
  if (!any.Is<Detail>() || !any.UnpackTo(&detail)) return false;
  text += Text(detail);
  return true;
}

std::string DetailText(const google::protobuf::Any& any) {
  std::string text;
  const bool known =
      Append<google::rpc::ErrorInfo>(any, text) || Append<google::rpc::BadRequest>(any, text) ||
      Append<google::rpc::PreconditionFailure>(any, text) || Append<google::rpc::RetryInfo>(any, text);
  return known ? text : Line("detail", StrCat(any.type_url(), " (", any.value().size(), " bytes)"));
}

}  // namespace

std::string ErrorText(const grpc::Status& status) {
  std::string text =
      StrCat(absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())), ": ",
             status.error_message().empty() ? "the server sent no message" : status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return text + Line("details", "no google.rpc.Status");
  for (const google::protobuf::Any& any : details.details()) text += DetailText(any);
  return text;
}

}  // namespace keelson
