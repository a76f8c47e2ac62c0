// The fields of a hash's text form: parameters and base64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

std::vector<std::string_view> SplitFields(std::string_view text, char separator);

// Parses a parameter such as "m=19456", whose prefix is "m=". Returns false unless the value is a decimal
// number below 2^32 without sign and leading zeros.
bool ReadParameter(std::string_view text, std::string_view prefix, std::uint32_t& value);

enum class Base64 { kUnpadded, kPadded };

std::string ToBase64(std::string_view bytes, Base64 form = Base64::kUnpadded);

struct ByteCount {
  std::size_t min = 0;
  std::size_t max = 0;
};
// Returns nullopt unless `text` is the base64 form of `count` bytes that ToBase64 returns.
std::optional<std::string> FromBase64(std::string_view text, ByteCount count,
                                      Base64 form = Base64::kUnpadded);

}  // namespace keelson
