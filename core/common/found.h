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

// Returns the existing entities of `ids`, without duplicates. Calls FindForUpdate for each id.
template <typename Entity, typename Repository, typename Id>
absl::StatusOr<std::vector<Entity>> FindEachForUpdate(Repository& repository, std::span<const Id> ids) {
  std::vector<Entity> entities;
  for (const Id& id : std::set<Id>(ids.begin(), ids.end())) {
    ASSIGN_OR_RETURN(std::optional<Entity> entity, repository.FindForUpdate(id));
    if (entity) entities.push_back(*std::move(entity));
  }
  return entities;
}

}  // namespace keelson
