#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Returns the locales whose templates are tried for `locale`, in order of preference and in lower case:
// pt-br, pt, en for "pt-BR".
std::vector<std::string> LocaleChain(std::string_view locale);

}  // namespace keelson
