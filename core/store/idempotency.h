// Idempotent calls: a repeated call with the same request id and content returns the first response and
// changes nothing. A call with the same request id and other content fails (REQUEST_ID_REUSED).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/error.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/serialize.h"
#include "core/common/sha256.h"

namespace keelson {

inline constexpr std::size_t kMaxRequestIdBytes = 128;
// Retention of idempotency records.
inline constexpr absl::Duration kIdempotencyRetention = absl::Hours(48);

using Fingerprint = std::array<std::uint8_t, 16>;

// Returns the first 128 bits of the SHA-256 of `bytes`.
Fingerprint FingerprintOf(std::string_view bytes);

struct IdempotencyRecord {
  // Fingerprint of caller, method and request id.
  Fingerprint key{};
  // Fingerprint of the request's content without secrets, because a fast hash of a password must not be
  // stored.
  Fingerprint content{};
  // The serialized response, which is never empty; empty once the user of the response is erased.
  std::string answer;
  absl::Time create_time;
  // The user whose personal data the response contains, if any.
  std::optional<UserId> user_id = {};

  bool operator==(const IdempotencyRecord&) const = default;
};

template <>
inline constexpr auto kFields<IdempotencyRecord> = std::tuple{
    Immutable("key", &IdempotencyRecord::key),
    Immutable("content", &IdempotencyRecord::content),
    Immutable("answer", &IdempotencyRecord::answer, TextFormat::kBytes),
    Immutable("create_time", &IdempotencyRecord::create_time),
    Immutable("user_id", &IdempotencyRecord::user_id),
};

}  // namespace keelson
