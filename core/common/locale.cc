#include "core/common/locale.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"

namespace keelson {
namespace {

// RFC 5646, 4.4.1 requires implementations to support at least 35 characters.
constexpr std::size_t kMaxTag = 35;
constexpr std::size_t kMaxSubtag = 8;

bool IsLanguageTag(std::string_view tag) {
  if (tag.size() > kMaxTag) return false;
  bool first = true;
  while (true) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view subtag = tag.substr(0, end);
    const auto allowed = [&](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return first ? absl::ascii_isalpha(byte) : absl::ascii_isalnum(byte);
    };
    if (subtag.size() < (first ? 2 : 1) || subtag.size() > kMaxSubtag ||
        !std::all_of(subtag.begin(), subtag.end(), allowed)) {
      return false;
    }
    if (end == tag.size()) return true;
    tag.remove_prefix(end + 1);
    first = false;
  }
}

}  // namespace

void CheckLocale(std::string_view field, std::string_view tag, FieldErrors& errors) {
  if (!IsLanguageTag(tag)) {
    errors.Add(std::string(field), "must be a BCP 47 language tag, such as en or pt-BR");
  }
}

}  // namespace keelson
