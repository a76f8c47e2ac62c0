#pragma once

#include <compare>

#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// Where a page ended: rows are listed by descending time of creation, those of one time by descending id.
struct ListPosition {
  absl::Time create_time;
  Uuid id{};

  bool operator==(const ListPosition&) const = default;
  std::strong_ordering operator<=>(const ListPosition&) const = default;
};

// Of an entity.
template <typename Entity>
ListPosition PositionOf(const Entity& entity) {
  return {entity->create_time, entity->id.uuid()};
}

}  // namespace keelson
