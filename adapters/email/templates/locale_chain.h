#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// The locales to try for `locale`, in order of preference and in lower case: pt-br, pt, en for "pt-BR".
std::vector<std::string> LocaleChain(std::string_view locale);

}  // namespace keelson
