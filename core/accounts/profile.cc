#include "core/accounts/profile.h"

#include "core/common/locale.h"
#include "core/common/text.h"

namespace keelson {

constexpr std::size_t kMaxDisplayName = 200;

std::string CheckDisplayName(std::string_view field, std::string_view name, FieldErrors& errors) {
  const std::string_view trimmed = Trim(name);
  CheckLine(field, trimmed, kMaxDisplayName, errors);
  return std::string(trimmed);
}

std::string CheckUserLocale(std::string_view field, std::string_view tag, FieldErrors& errors) {
  const std::string_view locale = tag.empty() ? kDefaultLocale : tag;
  CheckLocale(field, locale, errors);
  return std::string(locale);
}

}  // namespace keelson
