#pragma once

#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/status_macros.h"

namespace keelson {

template <typename T>
using Found = absl::StatusOr<std::optional<T>>;

// Returns the entities that `find` finds for the keys. Calls `find` for each key.
template <typename Entity, typename Keys, typename Find>
absl::StatusOr<std::vector<Entity>> FindEach(const Keys& keys, const Find& find) {
  std::vector<Entity> entities;
  for (const auto& key : keys) {
    ASSIGN_OR_RETURN(std::optional<Entity> entity, find(key));
    if (entity) entities.push_back(*std::move(entity));
  }
  return entities;
}

// Returns the existing entities of `ids`, without duplicates. Calls FindForUpdate for each id.
template <typename Entity, typename Repository, typename Id>
absl::StatusOr<std::vector<Entity>> FindEachForUpdate(Repository& repository, std::span<const Id> ids) {
  return FindEach<Entity>(std::set<Id>(ids.begin(), ids.end()),
                          [&](const Id& id) { return repository.FindForUpdate(id); });
}

}  // namespace keelson
