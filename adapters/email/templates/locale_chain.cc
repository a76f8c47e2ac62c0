#include "adapters/email/templates/locale_chain.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string_view PrimaryLanguage(std::string_view tag) {
  return tag.substr(0, tag.find('-'));
}

}  // namespace

std::vector<std::string> LocaleChain(std::string_view locale) {
  static constexpr std::string_view kLast = "en";
  std::vector<std::string> chain;
  for (std::string tag = absl::AsciiStrToLower(ToAbsl(locale)); !tag.empty();) {
    chain.push_back(tag);
    const std::size_t dash = tag.rfind('-');
    tag.resize(dash == std::string::npos ? 0 : dash);
  }
  if (chain.empty() || chain.back() != kLast) chain.emplace_back(kLast);
  return chain;
}

std::string_view FormatLocale(std::string_view locale, std::string_view language) {
  const bool same =
      absl::EqualsIgnoreCase(ToAbsl(PrimaryLanguage(locale)), ToAbsl(PrimaryLanguage(language)));
  return same ? locale : language;
}

}  // namespace keelson
