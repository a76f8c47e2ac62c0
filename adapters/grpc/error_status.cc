#include "adapters/grpc/error_status.h"

#include <algorithm>
#include <string>

#include "core/common/error.h"
#include "core/common/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace keelson {
namespace {

// Together, in base64 and percent-encoded, these stay under the 8 KiB of trailers that clients accept.
constexpr std::size_t kMaxDetailBytes = 4000;
constexpr std::size_t kMaxMessageBytes = 512;
constexpr std::size_t kMaxFactBytes = 256;
constexpr std::size_t kMaxFacts = 8;

// At most `size` bytes of `text`, without cutting a character.
std::string Shortened(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  std::size_t end = size - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return StrCat(text.substr(0, end), kEllipsis);
}

// Adds violations while `budget` lasts; returns how many found no room.
template <typename Violations, typename Add>
std::size_t AddWithin(std::size_t& budget, const Violations& violations, Add add) {
  std::size_t added = 0;
  for (const auto& violation : violations) {
    const std::size_t size = add(violation, budget);
    if (size > budget) break;
    budget -= size;
    ++added;
  }
  return violations.size() - added;
}

// What a repeated field's element of `size` bytes takes with its tag and length, at most.
std::size_t Framed(std::size_t size) {
  return size + 6;
}

std::size_t FillBadRequest(const ErrorDetails& details, std::size_t& budget, google::rpc::BadRequest& out) {
  return AddWithin(budget, details.fields, [&](const FieldViolation& violation, std::size_t room) {
    google::rpc::BadRequest::FieldViolation message;
    message.set_field(Shortened(violation.field, kMaxFactBytes));
    message.set_description(Shortened(violation.description, kMaxFactBytes));
    const std::size_t size = Framed(message.ByteSizeLong());
    if (size <= room) *out.add_field_violations() = std::move(message);
    return size;
  });
}

std::size_t FillPreconditions(const ErrorDetails& details, std::size_t& budget,
                              google::rpc::PreconditionFailure& out) {
  return AddWithin(budget, details.preconditions,
                   [&](const PreconditionViolation& violation, std::size_t room) {
                     google::rpc::PreconditionFailure::Violation message;
                     message.set_type(violation.type);
                     message.set_subject(Shortened(violation.subject, kMaxFactBytes));
                     message.set_description(Shortened(violation.description, kMaxFactBytes));
                     const std::size_t size = Framed(message.ByteSizeLong());
                     if (size <= room) *out.add_violations() = std::move(message);
                     return size;
                   });
}

google::rpc::RetryInfo RetryInfoOf(absl::Duration delay) {
  google::rpc::RetryInfo info;
  const absl::Duration bounded = std::clamp(delay, absl::ZeroDuration(), absl::Hours(24));
  absl::Duration rest;
  info.mutable_retry_delay()->set_seconds(absl::IDivDuration(bounded, absl::Seconds(1), &rest));
  info.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(rest)));
  return info;
}

google::rpc::ErrorInfo ErrorInfoOf(const ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(details.reason)));
  info.set_domain("keelson");
  for (const auto& [name, value] : details.facts) {
    if (info.metadata().size() == kMaxFacts) break;
    (*info.mutable_metadata())[Shortened(name, kMaxFactBytes)] = Shortened(value, kMaxFactBytes);
  }
  return info;
}

grpc::Status WithDetails(absl::StatusCode code, const std::string& message, const ErrorDetails& details) {
  google::rpc::ErrorInfo info = ErrorInfoOf(details);
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure preconditions;
  const std::size_t fixed = message.size() + info.ByteSizeLong();
  std::size_t budget = kMaxDetailBytes - std::min(kMaxDetailBytes, fixed);
  const std::size_t omitted =
      FillBadRequest(details, budget, bad_request) + FillPreconditions(details, budget, preconditions);
  if (omitted > 0) (*info.mutable_metadata())["violations_omitted"] = absl::StrCat(omitted);

  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.set_message(message);
  status.add_details()->PackFrom(info);
  if (bad_request.field_violations_size() > 0) status.add_details()->PackFrom(bad_request);
  if (preconditions.violations_size() > 0) status.add_details()->PackFrom(preconditions);
  if (details.retry_after) status.add_details()->PackFrom(RetryInfoOf(*details.retry_after));
  return {static_cast<grpc::StatusCode>(code), message, status.SerializeAsString()};
}

}  // namespace

absl::StatusCode PublicCode(const absl::Status& status) {
  if (DetailsOf(status)) return status.code();
  if (absl::IsDeadlineExceeded(status) || absl::IsCancelled(status)) return status.code();
  return absl::StatusCode::kInternal;
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view correlation_id) {
  if (const std::optional<ErrorDetails> details = DetailsOf(status)) {
    const absl::string_view message = status.message();
    return WithDetails(status.code(), Shortened({message.data(), message.size()}, kMaxMessageBytes),
                       *details);
  }
  if (absl::IsDeadlineExceeded(status)) {
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the deadline passed before the call was done"};
  }
  if (absl::IsCancelled(status)) return {grpc::StatusCode::CANCELLED, "the call was cancelled"};
  return {grpc::StatusCode::INTERNAL, StrCat("internal error; ask after the request id ", correlation_id)};
}

}  // namespace keelson
