#include "adapters/passwords/hash_fields.h"

#include <sodium.h>

#include <charconv>
#include <ranges>

namespace keelson {
namespace {

int SodiumVariant(Base64 form) {
  return form == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

}  // namespace

std::vector<std::string_view> SplitFields(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (const auto part : std::views::split(text, separator)) parts.emplace_back(part.begin(), part.end());
  return parts;
}

bool ReadParameter(std::string_view text, std::string_view prefix, std::uint32_t& value) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  if (text.starts_with('0') && text.size() > 1) return false;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

std::string ToBase64(std::string_view bytes, Base64 form) {
  std::string text(sodium_base64_encoded_len(bytes.size(), SodiumVariant(form)), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), SodiumVariant(form));
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<std::string> FromBase64(std::string_view text, ByteCount count, Base64 form) {
  std::string bytes(count.max, '\0');
  std::size_t size = 0;
  const int result =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, SodiumVariant(form));
  if (result != 0 || size < count.min) return std::nullopt;
  bytes.resize(size);
  // libsodium's decoder accepts some non-ASCII bytes as a slash.
  if (ToBase64(bytes, form) != text) return std::nullopt;
  return bytes;
}

}  // namespace keelson
