#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Returns the locales whose templates are tried for `locale`, in order of preference and in lower case:
// pt-br, pt, en for "pt-BR".
std::vector<std::string> LocaleChain(std::string_view locale);

// Returns the locale that determines the format of values in a message in `language`: the reader's `locale`
// if its language is the same ("de-CH" for a message in "de"), otherwise `language`.
std::string_view FormatLocale(std::string_view locale, std::string_view language);

}  // namespace keelson
