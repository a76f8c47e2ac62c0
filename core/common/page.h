// Keyset pagination: a page begins after the last row of the previous page. The cost of a page does not
// depend on its position in the list. A row that is inserted between two reads does not make other rows
// repeat or disappear.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/list_position.h"
#include "core/common/sha256.h"

namespace keelson {

inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;
// A page ends early at this size, so that its response fits the 4 MiB that clients accept by default.
inline constexpr std::size_t kMaxPageBytes = std::size_t{3} << 20;

// Returns the page size for the requested size: kDefaultPageSize for 0, kMaxPageSize for a larger size, and
// nullopt for a negative number.
std::optional<int> EffectivePageSize(std::int32_t requested);

// Encodes list positions as opaque page tokens. A token contains a MAC over the list, its filters and the
// position, so that Decode detects a forged token and a token of another list. Thread-safe.
class PageTokens {
 public:
  // `key` must be the same in every process that serves the same store.
  explicit PageTokens(const Sha256Digest& key) : key_(key) {}

  // `list` identifies the list and its filters.
  std::string Encode(std::string_view list, const ListPosition& last) const;
  // nullopt for an empty token; PAGE_TOKEN_INVALID for a token that Encode did not return for `list`.
  absl::StatusOr<std::optional<ListPosition>> Decode(std::string_view list, std::string_view token) const;

 private:
  Sha256Digest Mac(std::string_view list, std::string_view position) const;

  Sha256Digest key_;
};

}  // namespace keelson
