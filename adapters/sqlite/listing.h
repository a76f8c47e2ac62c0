// What the lists of orders and of refunds have in common: their filters as parameters that are always bound,
// so that one statement serves every combination.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// Comes last in a list's WHERE: parameters ?1 to ?5.
#define KEELSON_LIST_FILTER                                                         \
  "id < ?1 AND create_time >= ?2 AND create_time < ?3 AND ((?4 >> state) & 1) = 1 " \
  "ORDER BY id DESC LIMIT ?5"

// Above every UUID that a generator makes.
inline constexpr Uuid kAfterEveryId = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

template <typename IdType>
Uuid BeforeParameter(const std::optional<IdType>& before) {
  return before ? before->uuid() : kAfterEveryId;
}

// One bit for each state; all where none is named.
template <typename State>
std::int64_t StatesParameter(const std::vector<State>& states) {
  if (states.empty()) return -1;
  std::int64_t bits = 0;
  for (const State state : states) bits |= std::int64_t{1} << static_cast<int>(state);
  return bits;
}

inline std::int64_t FromParameter(const std::optional<absl::Time>& time) {
  return time ? absl::ToUnixMicros(*time) : std::numeric_limits<std::int64_t>::min();
}

inline std::int64_t BeforeTimeParameter(const std::optional<absl::Time>& time) {
  return time ? absl::ToUnixMicros(*time) : std::numeric_limits<std::int64_t>::max();
}

// SQLite takes a negative limit for none.
inline int LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

}  // namespace keelson
