#include "adapters/passwords/argon2/phc_string.h"

#include <sodium.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <ranges>
#include <vector>

#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
// Upper bound on the length of a string within Argon2idBounds.
constexpr std::size_t kMaxPhcBytes = 256;

std::string ToBase64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kBase64);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<std::string> FromBase64(std::string_view text, std::size_t min_bytes, std::size_t max_bytes) {
  std::string bytes(max_bytes, '\0');
  std::size_t size = 0;
  const int result = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, nullptr, kBase64);
  if (result != 0 || size < min_bytes) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (const auto part : std::views::split(text, separator)) parts.emplace_back(part.begin(), part.end());
  return parts;
}

// Parses a parameter such as "m=19456", whose prefix is "m=".
bool ReadParameter(std::string_view text, std::string_view prefix, std::uint32_t& value) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

bool ReadCost(std::string_view text, Argon2idCost& cost) {
  const std::vector<std::string_view> parts = Split(text, ',');
  return parts.size() == 3 && ReadParameter(parts[0], "m=", cost.memory_kib) &&
         ReadParameter(parts[1], "t=", cost.iterations) && ReadParameter(parts[2], "p=", cost.parallelism);
}

}  // namespace

std::string FormatPhc(const PhcString& phc) {
  return StrCat("$argon2id$v=19$m=", phc.cost.memory_kib, ",t=", phc.cost.iterations,
                ",p=", phc.cost.parallelism, "$", ToBase64(phc.salt), "$", ToBase64(phc.hash));
}

absl::StatusOr<PhcString> ParsePhc(std::string_view text) {
  const auto invalid = [](std::string_view what) {
    return absl::InvalidArgumentError(StrCat("the stored hash ", what));
  };
  if (text.size() > kMaxPhcBytes) return invalid(StrCat("is longer than ", kMaxPhcBytes, " bytes"));
  const std::vector<std::string_view> parts = Split(text, '$');
  if (parts.size() != 6 || !parts[0].empty() || parts[1] != "argon2id" || parts[2] != "v=19") {
    return invalid("must be Argon2id version 1.3 in PHC format");
  }
  PhcString phc;
  if (!ReadCost(parts[3], phc.cost)) return invalid("has malformed parameters");
  RETURN_IF_ERROR(CheckArgon2idCost(phc.cost));
  auto salt = FromBase64(parts[4], Argon2idBounds::kMinSaltBytes, Argon2idBounds::kMaxSaltBytes);
  if (!salt) return invalid("has a malformed salt");
  auto hash = FromBase64(parts[5], Argon2idBounds::kMinHashBytes, Argon2idBounds::kMaxHashBytes);
  if (!hash) return invalid("has a malformed tag");
  phc.salt = *std::move(salt);
  phc.hash = *std::move(hash);
  // Rejects leading zeros, and non-ASCII bytes that libsodium's decoder accepts as a slash.
  if (FormatPhc(phc) != text) return invalid("is not in canonical PHC format");
  return phc;
}

}  // namespace keelson
