#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// The locales whose texts serve `locale`, best first and in lower case: "pt-BR" gives pt-br, pt, en.
std::vector<std::string> LocaleChain(std::string_view locale);

}  // namespace keelson
