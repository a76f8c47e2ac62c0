#pragma once

#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace keelson {

// Indexes entities by their ids. Returns the error of `entities`.
template <typename Id, typename Entity>
absl::StatusOr<std::map<Id, Entity>> IndexById(absl::StatusOr<std::vector<Entity>> entities) {
  if (!entities.ok()) return entities.status();
  std::map<Id, Entity> by_id;
  for (Entity& entity : *entities) {
    const Id id = entity->id;
    by_id.emplace(id, std::move(entity));
  }
  return by_id;
}

}  // namespace keelson
