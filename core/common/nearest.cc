#include "core/common/nearest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace keelson {
namespace {

bool Equal(char a, char b) {
  return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
         absl::ascii_tolower(static_cast<unsigned char>(b));
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Rows of the dynamic programming table for the prefixes of `a` with `i - 2`, `i - 1` and `i` characters.
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) current[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(current);
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (Equal(a[i - 1], b[j - 1]) ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && Equal(a[i - 1], b[j - 2]) && Equal(a[i - 2], b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
  }
  return current[b.size()];
}

std::string Nearest(std::string_view text, std::span<const std::string> known) {
  const std::string* nearest = nullptr;
  std::size_t least = text.size() / 3 + 2;
  for (const std::string& candidate : known) {
    const std::size_t distance = EditDistance(text, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = &candidate;
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace keelson
