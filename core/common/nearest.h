#pragma once

#include <span>
#include <string>
#include <string_view>

namespace keelson {

// Damerau-Levenshtein distance: the number of characters to insert, delete, replace or transpose. Ignores the
// case of ASCII letters.
std::size_t EditDistance(std::string_view a, std::string_view b);

// Returns the element of `known` with the smallest distance to `text`, for a "did you mean" hint. Returns an
// empty string if no element is close.
std::string Nearest(std::string_view text, std::span<const std::string> known);

}  // namespace keelson
