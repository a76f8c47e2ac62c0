#pragma once

#include <span>
#include <string>
#include <string_view>

namespace keelson {

// How many single characters must be inserted, deleted or replaced, or neighbours swapped, to make one text
// of the other.
std::size_t EditDistance(std::string_view a, std::string_view b);

// Of `known` the one that `text` was most likely meant to be; empty where none is near.
std::string Nearest(std::string_view text, std::span<const std::string> known);

}  // namespace keelson
