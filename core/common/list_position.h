#pragma once

#include <compare>

#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// The position of a row in a list. Lists are sorted by descending creation time, then by descending id.
struct ListPosition {
  absl::Time create_time;
  Uuid id{};

  bool operator==(const ListPosition&) const = default;
  std::strong_ordering operator<=>(const ListPosition&) const = default;
};

template <typename Entity>
ListPosition PositionOf(const Entity& entity) {
  return {entity->create_time, entity->id.uuid()};
}

}  // namespace keelson
