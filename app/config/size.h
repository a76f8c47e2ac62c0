#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// A size in bytes. Its notation is a whole number with the unit B, KiB, MiB or GiB, such as "19MiB".
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

// Parses the notation. Returns nullopt if `text` is invalid or exceeds the range of int64_t.
std::optional<ByteSize> ParseByteSize(std::string_view text);
// Formats the size in the largest unit that gives a whole number.
std::string FormatByteSize(ByteSize size);

}  // namespace keelson
