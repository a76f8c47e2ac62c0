// What the lists of orders and of refunds have in common: their filters as parameters that are always bound,
// so that one statement serves every combination.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/common/list_position.h"

namespace keelson {

// Comes last in a list's WHERE: parameters ?1 to ?5.
#define KEELSON_LIST_FILTER                                                         \
  "create_time >= ?1 AND (create_time, id) < (?2, ?3) AND ((?4 >> state) & 1) = 1 " \
  "ORDER BY create_time DESC, id DESC LIMIT ?5"

// Where the rows that are listed end: at the last page's end, or at the time before which they were created.
template <typename Filter>
ListPosition EndParameter(const Filter& filter, const std::optional<ListPosition>& before) {
  ListPosition end{absl::FromUnixMicros(std::numeric_limits<std::int64_t>::max()), {}};
  if (filter.created_before) end.create_time = *filter.created_before;
  return before ? std::min(end, *before) : end;
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

// SQLite takes a negative limit for none.
inline int LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

}  // namespace keelson
