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

// Nothing for anything else, a negative amount and one that leaves int64.
std::optional<ByteSize> ParseByteSize(std::string_view text);
// In the largest unit that writes it as a whole number.
std::string FormatByteSize(ByteSize size);

}  // namespace keelson
