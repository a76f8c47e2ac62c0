#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// An amount of memory. As text: a whole number and B, KiB, MiB or GiB, such as "19MiB".
struct ByteSize {
  std::int64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

constexpr ByteSize KiB(std::int64_t count) {
  return {count * 1024};
}
constexpr ByteSize MiB(std::int64_t count) {
  return KiB(count * 1024);
}

// Returns nothing for invalid text, a negative number or more bytes than int64 holds.
std::optional<ByteSize> ParseByteSize(std::string_view text);
// Formats the size as a whole number in the largest possible unit.
std::string FormatByteSize(ByteSize size);

}  // namespace keelson
