#include "adapters/system/system_entropy.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <set>
#include <vector>

namespace keelson {

TEST_CASE("system entropy fills every byte with new random values") {
  SystemEntropy entropy;
  std::set<std::array<std::byte, 16>> seen;
  std::vector<bool> changed(16, false);
  for (int i = 0; i < 1000; ++i) {
    std::array<std::byte, 16> bytes{};
    entropy.Fill(bytes);
    for (std::size_t at = 0; at < bytes.size(); ++at) changed[at] = changed[at] || bytes[at] != std::byte{0};
    CHECK(seen.insert(bytes).second);
  }
  CHECK(changed == std::vector<bool>(16, true));
}

TEST_CASE("system entropy accepts an empty span") {
  SystemEntropy().Fill({});
}

}  // namespace keelson
