// Failures in the response of an import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "core/common/error.h"
#include "core/common/text.h"

namespace keelson {

// Limits of the failures, so that the response stays below the 4 MiB that clients accept by default.
inline constexpr int kMaxListedFailures = 10'000;
inline constexpr std::size_t kMaxFailureBytes = std::size_t{3} << 20;
inline constexpr std::size_t kMaxFailureMessageBytes = 4096;

// Counts a failure, and adds it to the response unless the response has reached its limits. `name_record`
// sets the field of the failure that names the record. `bytes`: the size of the response so far.
template <typename Response, typename NameRecord>
void AddFailure(std::int64_t index, const absl::Status& status, const NameRecord& name_record,
                Response& response, std::size_t& bytes) {
  response.set_failed(response.failed() + 1);
  if (response.failures_size() >= kMaxListedFailures || bytes >= kMaxFailureBytes) return;
  auto& failure = *response.add_failures();
  failure.set_index(index);
  name_record(failure);
  if (const std::optional<ErrorDetails> details = DetailsOf(status)) {
    failure.set_reason(std::string(ReasonName(details->reason)));
  }
  const absl::string_view message = status.message().substr(0, kMaxFailureMessageBytes);
  failure.set_message(ToValidUtf8({message.data(), message.size()}));
  bytes += failure.ByteSizeLong();
}

}  // namespace keelson
