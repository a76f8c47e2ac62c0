#pragma once

#include <cstddef>
#include <cstdint>

#include "core/common/id.h"

namespace keelson {

// One of `count` parts of about equal size into which ids are divided.
struct Slice {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  // Whether the id belongs to this part. Uses the last bytes of the id, which are random.
  bool Has(const Uuid& uuid) const {
    std::uint32_t tail = 0;
    for (std::size_t i = uuid.size() - sizeof tail; i < uuid.size(); ++i) tail = tail << 8 | uuid[i];
    return tail % count == index;
  }
};

}  // namespace keelson
