// Shared code of the List queries of users, orders and refunds.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "core/common/list_position.h"

namespace keelson {

// Whether an order or a refund has the label of the filter.
template <typename Filter, typename Fields>
bool MatchesLabel(const Filter& filter, const Fields& fields) {
  if (!filter.label) return true;
  const auto found = fields.labels.find(filter.label->key);
  return found != fields.labels.end() && found->second == filter.label->value;
}

// Whether the filter matches the entity's state and creation time.
template <typename Filter, typename Fields>
bool MatchesCommon(const Filter& filter, const Fields& fields) {
  const auto& states = filter.states;
  return (states.empty() || std::find(states.begin(), states.end(), fields.state) != states.end()) &&
         (!filter.created_from || fields.create_time >= *filter.created_from) &&
         (!filter.created_before || fields.create_time < *filter.created_before);
}

// Returns at most `limit` matching rows before position `before`, newest first. `order` maps positions to ids
// of `rows`.
template <typename IdType, typename Row, typename Matches>
std::vector<Row> ListNewestFirst(const std::map<ListPosition, IdType>& order,
                                 const std::map<IdType, Row>& rows, const Matches& matches,
                                 const std::optional<ListPosition>& before, int limit) {
  std::vector<Row> found;
  const auto begin = std::make_reverse_iterator(before ? order.lower_bound(*before) : order.end());
  for (auto entry = begin; entry != order.rend() && static_cast<int>(found.size()) < limit; ++entry) {
    const Row& row = rows.at(entry->second);
    if (matches(row)) found.push_back(row);
  }
  return found;
}

}  // namespace keelson
