// Paging by key: a page begins after the last row of the one before, so it costs the same however far in,
// and rows that come meanwhile make nothing appear twice or be left out.
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
// A page ends early rather than come to more, so that its answer fits the 4 MiB that clients take by default.
inline constexpr std::size_t kMaxPageBytes = std::size_t{3} << 20;

// 0 means the default and more than the most is taken as the most; nothing where negative.
std::optional<int> EffectivePageSize(std::int32_t requested);

// Turns positions in lists into opaque tokens and back. Each token is bound to one list with one set of
// filters and carries a MAC, so a forged, changed or misplaced one is told apart. Thread-safe.
class PageTokens {
 public:
  // `key` must be the same in every process that serves the same store.
  explicit PageTokens(const Sha256Digest& key) : key_(key) {}

  // `list` names the list and its filters, as their serialized form, say.
  std::string Encode(std::string_view list, const ListPosition& last) const;
  // Nothing for an empty token; PAGE_TOKEN_INVALID for one that Encode did not make for `list`.
  absl::StatusOr<std::optional<ListPosition>> Decode(std::string_view list, std::string_view token) const;

 private:
  Sha256Digest Mac(std::string_view list, std::string_view position) const;

  Sha256Digest key_;
};

}  // namespace keelson
