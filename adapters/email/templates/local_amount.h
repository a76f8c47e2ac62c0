#pragma once

#include <string>
#include <string_view>

namespace keelson {

// An amount as the core writes it ("1234.50 EUR") as readers of `language` (BCP 47) write it: "€1,234.50" in
// English, "1.234,50 €" in German. It does not break across lines. What is no such amount, and an amount in
// a language whose habits are not known here, stays as it is.
std::string LocalAmount(std::string_view amount, std::string_view language);

}  // namespace keelson
