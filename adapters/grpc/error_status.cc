#include "adapters/grpc/error_status.h"

#include <algorithm>
#include <string>

#include "core/common/error.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace keelson {
namespace {

// Clients reject trailers larger than 8 KiB. With base64 (4/3 of the size) and percent-encoding (3 times the
// size), the largest status has about 7.3 KiB.
constexpr std::size_t kMaxDetailBytes = 4000;
constexpr std::size_t kMaxMessageBytes = 512;
constexpr std::size_t kMaxFactBytes = 256;
constexpr std::size_t kMaxFactsBytes = 2000;

// Truncates to at most `size` bytes without splitting a UTF-8 character.
std::string Shortened(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  std::size_t end = size - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return StrCat(text.substr(0, end), kEllipsis);
}

// Makes `text` valid for a trailer and a proto string: valid UTF-8, at most `size` bytes, and without leading
// or trailing white space, because HTTP/2 peers strip such white space or reject the response (RFC
// 9113, 8.2.1).
std::string Presentable(std::string_view text, std::size_t size) {
  const std::string valid = ToValidUtf8(text);
  return Shortened(Trim(valid), size);
}

// Adds violations until `budget` bytes are used. Returns the number of omitted violations.
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

// Returns an upper bound on the encoded size of an element of `size` bytes in a repeated field, including tag
// and length.
std::size_t Framed(std::size_t size) {
  return size + 6;
}

std::size_t FillBadRequest(const ErrorDetails& details, std::size_t& budget, google::rpc::BadRequest& out) {
  return AddWithin(budget, details.fields, [&](const FieldViolation& violation, std::size_t room) {
    google::rpc::BadRequest::FieldViolation message;
    message.set_field(Presentable(violation.field, kMaxFactBytes));
    message.set_description(Presentable(violation.description, kMaxFactBytes));
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
                     message.set_type(Presentable(violation.type, kMaxFactBytes));
                     message.set_subject(Presentable(violation.subject, kMaxFactBytes));
                     message.set_description(Presentable(violation.description, kMaxFactBytes));
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
  std::size_t budget = kMaxFactsBytes;
  for (const auto& [name, value] : details.facts) {
    std::string key = Presentable(name, kMaxFactBytes);
    std::string fact = Presentable(value, kMaxFactBytes);
    const std::size_t size = Framed(Framed(key.size()) + Framed(fact.size()));
    if (size > budget) break;
    budget -= size;
    (*info.mutable_metadata())[std::move(key)] = std::move(fact);
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
    return WithDetails(status.code(), Presentable({message.data(), message.size()}, kMaxMessageBytes),
                       *details);
  }
  if (absl::IsDeadlineExceeded(status)) {
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the deadline expired before the call completed"};
  }
  if (absl::IsCancelled(status)) return {grpc::StatusCode::CANCELLED, "the call was cancelled"};
  return {grpc::StatusCode::INTERNAL,
          StrCat("internal error; see the server's log for the request id ", correlation_id)};
}

}  // namespace keelson
