// Shared code of the List queries. Each query first reads (create_time, id) in list order by an index-only
// scan, then loads the rows by id.
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

// Parameters of a List query: ?1 is the earliest creation time (inclusive); (?2, ?3) is the position (time,
// id) before which the page begins; ?4 is a bit set of states; ?5 is the limit.
inline constexpr Sql kInListRange = "create_time >= ?1 AND (create_time, id) < (?2, ?3)";
inline constexpr Sql kInListStates = "((?4 >> state) & 1) = 1";
inline constexpr Sql kListOrder = " ORDER BY create_time DESC, id DESC LIMIT ?5";

// SQLite treats a negative LIMIT as no limit.
inline int LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

struct ListParameters {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  ListPosition end{absl::FromUnixMicros(std::numeric_limits<std::int64_t>::max()), {}};
  std::int64_t states = -1;
  int limit = 0;
};

// A bit set of enumerators; every bit is set if `values` is empty.
template <typename Value>
std::int64_t BitsOf(const std::vector<Value>& values) {
  std::int64_t bits = values.empty() ? -1 : 0;
  for (const Value value : values) bits |= std::int64_t{1} << static_cast<int>(value);
  return bits;
}

// `states`: a bit set of the states of the filter, or of what the list has instead of states.
template <typename Filter>
ListParameters ParametersOf(const Filter& filter, std::int64_t states,
                            const std::optional<ListPosition>& before, int limit) {
  ListParameters p;
  if constexpr (requires { filter.created_from; }) {
    if (filter.created_from) p.from = absl::ToUnixMicros(*filter.created_from);
    if (filter.created_before) p.end.create_time = *filter.created_before;
  }
  if (before) p.end = std::min(p.end, *before);
  p.states = states;
  p.limit = LimitParameter(limit);
  return p;
}
template <typename Filter>
ListParameters ParametersOf(const Filter& filter, const std::optional<ListPosition>& before, int limit) {
  return ParametersOf(filter, BitsOf(filter.states), before, limit);
}

// Executes a List query; `more` are the parameters from ?6 on.
template <typename IdType, typename... More>
std::vector<IdType> SelectIds(Query& query, const ListParameters& p, const More&... more) {
  std::vector<IdType> ids;
  Rows rows = query.Select(p.from, p.end.create_time, p.end.id, p.states, p.limit, more...);
  absl::Time create_time;
  while (rows.Next()) rows.Read(create_time, ids.emplace_back());
  return ids;
}

// Selects the rows of one state for ListEachState.
template <int state>
constexpr auto ListOfState(const auto& source, const auto& condition) {
  return "SELECT create_time, id FROM " + Sql(source) + " WHERE state = " + kSqlNumber<state> +
         " AND ((?4 >> " + kSqlNumber<state> + ") & 1) = 1 AND " + kInListRange + condition;
}

// Returns the scans of `source` for each state from 1 to `last_state`, without an order. `source` is a table,
// or a table INDEXED BY an index, whose key consists of the columns of `condition` (" AND …", or empty), then
// state, create_time and id.
template <auto last_state>
constexpr auto ListEachState(const auto& source, const auto& condition) {
  return [&]<int... states>(std::integer_sequence<int, states...>) {
    return (ListOfState<1>(source, condition) + ... +
            (" UNION ALL " + ListOfState<states + 2>(source, condition)));
  }
  (std::make_integer_sequence<int, static_cast<int>(last_state) - 1>());
}

// Returns a statement that merges one scan of `index` per state, so that SQLite neither sorts rows nor reads
// rows of other states.
template <auto last_state>
constexpr auto ListByState(const auto& table, const auto& index, const auto& condition) {
  return ListEachState<last_state>(Sql(table) + " INDEXED BY " + Sql(index), condition) + kListOrder;
}

}  // namespace keelson
