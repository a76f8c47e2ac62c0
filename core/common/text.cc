#include "core/common/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct CodePoint {
  utf8proc_int32_t value = -1;
  // Number of bytes; 0 at the end of the text and for an invalid sequence.
  std::size_t size = 0;
};

CodePoint First(std::string_view text) {
  CodePoint first;
  if (text.empty()) return first;
  const utf8proc_ssize_t size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                                 static_cast<utf8proc_ssize_t>(text.size()), &first.value);
  if (size > 0) first.size = static_cast<std::size_t>(size);
  return first;
}

bool IsSpace(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return (code_point >= '\t' && code_point <= '\r') || code_point == 0x85;
  }
}

// U+2800 BRAILLE PATTERN BLANK, which Unicode does not classify as white space.
constexpr utf8proc_int32_t kBrailleBlank = 0x2800;

bool IsBlank(utf8proc_int32_t code_point) {
  const utf8proc_category_t category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || code_point == kBrailleBlank;
}

void Append(utf8proc_int32_t code_point, std::string& text) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t size = utf8proc_encode_char(code_point, bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

// Returns the lower-case letter if `code_point` is the capital of a case pair, otherwise `code_point`.
utf8proc_int32_t LowerOfPair(utf8proc_int32_t code_point) {
  const utf8proc_int32_t lower = utf8proc_tolower(code_point);
  return utf8proc_toupper(lower) == code_point ? lower : code_point;
}

std::optional<std::string> Map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                             static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

// PostgreSQL can't store NUL in a text column.
bool HasNul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

constexpr int kNfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
constexpr int kNfkc = kNfc | UTF8PROC_COMPAT;

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = First(text).size;
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

std::string ToValidUtf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = First(text).size;
    valid += size == 0 ? kReplacement : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1U : 0U;
  return count;
}

bool HasControlCharacters(std::string_view text) {
  for (CodePoint next = First(text); next.size > 0; next = First(text)) {
    if (utf8proc_category(next.value) == UTF8PROC_CATEGORY_CC || next.value == 0x2028 ||
        next.value == 0x2029) {
      return true;
    }
    text.remove_prefix(next.size);
  }
  return false;
}

std::string_view Trim(std::string_view text) {
  for (CodePoint next = First(text); next.size > 0 && IsSpace(next.value); next = First(text)) {
    text.remove_prefix(next.size);
  }
  // Fast path for tokens and names: a graphic ASCII character is never a part of a longer code point.
  if (!text.empty() && text.back() > ' ' && text.back() < '\x7f') return text;
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = First(text.substr(at));
    at += next.size > 0 ? next.size : 1;
    if (next.size == 0 || !IsSpace(next.value)) end = at;
  }
  return text.substr(0, end);
}

std::optional<std::string> Nfc(std::string_view text) {
  return Map(text, kNfc);
}

std::optional<std::string> Nfkc(std::string_view text) {
  return Map(text, kNfkc);
}

std::optional<std::string> NfkcWithoutInvisible(std::string_view text) {
  return Map(text, kNfkc | UTF8PROC_IGNORE);
}

std::optional<std::string> NfkcLowercase(std::string_view text) {
  const std::optional<std::string> normal = NfkcWithoutInvisible(text);
  if (!normal) return std::nullopt;
  std::string lower;
  std::string_view rest = *normal;
  for (CodePoint next = First(rest); next.size > 0; next = First(rest)) {
    Append(LowerOfPair(next.value), lower);
    rest.remove_prefix(next.size);
  }
  // A lower-case letter can compose with a mark that its capital does not compose with, such as "ǰ".
  return Map(lower, kNfkc);
}

std::optional<std::string> NfkcCasefold(std::string_view text) {
  return Map(text, kNfkc | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

std::string VisibleText(std::string_view text) {
  const std::string normal = Map(text, kNfc | UTF8PROC_IGNORE).value_or("");
  std::string visible;
  std::string_view rest = normal;
  for (CodePoint next = First(rest); next.size > 0; next = First(rest)) {
    if (IsSpace(next.value) || !IsBlank(next.value)) Append(next.value, visible);
    rest.remove_prefix(next.size);
  }
  return std::string(Trim(visible));
}

void CheckLabels(std::string_view field, const Labels& labels, FieldErrors& errors) {
  if (labels.size() > kMaxLabels) {
    errors.Add(std::string(field), StrCat("must have at most ", kMaxLabels, " entries"));
  }
  for (const auto& [key, value] : labels) {
    if (!IsValidUtf8(key)) {
      errors.Add(std::string(field), "must have keys of valid UTF-8");
      continue;
    }
    if (HasNul(key)) {
      errors.Add(std::string(field), "must have keys without the character NUL");
      continue;
    }
    const std::string path = StrCat(field, "[\"", key, "\"]");
    if (key.empty() || key.size() > kMaxLabelKeyBytes) {
      errors.Add(path, StrCat("must have a key of 1 to ", kMaxLabelKeyBytes, " bytes"));
    }
    if (!IsValidUtf8(value)) errors.Add(path, "must be valid UTF-8");
    if (HasNul(value)) errors.Add(path, "must not have the character NUL");
    if (value.size() > kMaxLabelValueBytes) {
      errors.Add(path, StrCat("must be at most ", kMaxLabelValueBytes, " bytes long"));
    }
  }
}

void CheckLine(std::string_view field, std::string_view text, std::size_t max_code_points,
               FieldErrors& errors) {
  if (!IsValidUtf8(text)) {
    errors.Add(std::string(field), "must be valid UTF-8");
    return;
  }
  if (CountCodePoints(text) > max_code_points) {
    errors.Add(std::string(field), StrCat("must be at most ", max_code_points, " characters long"));
  }
  if (HasControlCharacters(text)) {
    errors.Add(std::string(field), "must not have control characters or line breaks");
  }
}

std::string NormalizedReference(std::string_view field, std::string_view text, std::size_t max_code_points,
                                FieldErrors& errors) {
  const std::optional<std::string> normal = Nfc(Trim(text));
  if (!normal) {
    errors.Add(std::string(field), "must be valid UTF-8");
    return "";
  }
  if (!text.empty() && VisibleText(*normal).empty()) {
    errors.Add(std::string(field), "must not be blank");
    return "";
  }
  CheckLine(field, *normal, max_code_points, errors);
  return *normal;
}

}  // namespace keelson
