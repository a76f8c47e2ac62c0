#pragma once

#include <vector>

#include "adapters/store/memory/table.h"

namespace keelson {

// Returns the keys of at most `limit` rows for which `expired` returns true.
template <typename Key, typename Row, typename Predicate>
std::vector<Key> ListExpired(const Table<Key, Row>& table, int limit, Predicate expired) {
  std::vector<Key> keys;
  for (const auto& [key, row] : table.rows()) {
    if (static_cast<int>(keys.size()) >= limit) break;
    if (expired(row)) keys.push_back(key);
  }
  return keys;
}

}  // namespace keelson
