// What the lists of users, orders, refunds and messages have in common. A list's statement gives times and
// ids alone, out of an index that holds them in the list's order; the rows are then found by their ids.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "adapters/store/sqlite/query.h"
#include "core/common/list_position.h"

namespace keelson {

// Parameters ?1 to ?3: the least time of creation, and the position at which the rows end. Then their order;
// ?4 has a bit for each state, ?5 is the limit.
inline constexpr Sql kInListRange = "create_time >= ?1 AND (create_time, id) < (?2, ?3)";
inline constexpr Sql kInListStates = "((?4 >> state) & 1) = 1";
inline constexpr Sql kListOrder = " ORDER BY create_time DESC, id DESC LIMIT ?5";

// SQLite takes a negative limit for none.
inline int LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

struct ListParameters {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  ListPosition end{absl::FromUnixMicros(std::numeric_limits<std::int64_t>::max()), {}};
  std::int64_t states = -1;
  int limit = 0;
};

template <typename Filter>
ListParameters ParametersOf(const Filter& filter, const std::optional<ListPosition>& before, int limit) {
  ListParameters p;
  if constexpr (requires { filter.created_from; }) {
    if (filter.created_from) p.from = absl::ToUnixMicros(*filter.created_from);
    if (filter.created_before) p.end.create_time = *filter.created_before;
  }
  if (before) p.end = std::min(p.end, *before);
  if (!filter.states.empty()) p.states = 0;
  for (const auto state : filter.states) p.states |= std::int64_t{1} << static_cast<int>(state);
  p.limit = LimitParameter(limit);
  return p;
}

// Runs a list's statement; `more` are its parameters from ?6 on.
template <typename IdType, typename... More>
std::vector<IdType> SelectIds(Query& query, const ListParameters& p, const More&... more) {
  std::vector<IdType> ids;
  Rows rows = query.Select(p.from, p.end.create_time, p.end.id, p.states, p.limit, more...);
  absl::Time create_time;
  while (rows.Next()) rows.Read(create_time, ids.emplace_back());
  return ids;
}

// The rows of one state in ListByState.
template <int state>
constexpr auto ListOfState(const auto& table, const auto& index, const auto& condition) {
  return "SELECT create_time, id FROM " + Sql(table) + " INDEXED BY " + Sql(index) +
         " WHERE state = " + kSqlNumber<state> + " AND ((?4 >> " + kSqlNumber<state> + ") & 1) = 1 AND " +
         kInListRange + condition;
}

// A statement that reads `index`, which begins with the columns of `condition` (" AND …", or empty), then has
// state, create_time and id: one scan for each state up to `last_state`, merged, so that no row is read in
// vain and none is sorted.
template <auto last_state>
constexpr auto ListByState(const auto& table, const auto& index, const auto& condition) {
  return [&]<int... states>(std::integer_sequence<int, states...>) {
    return (ListOfState<1>(table, index, condition) + ... +
            (" UNION ALL " + ListOfState<states + 2>(table, index, condition))) +
           kListOrder;
  }
  (std::make_integer_sequence<int, static_cast<int>(last_state) - 1>());
}

}  // namespace keelson
