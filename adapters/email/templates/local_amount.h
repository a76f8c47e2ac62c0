#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Formats an amount in the core's notation ("1234.50 EUR") for `language` (BCP 47): "€1,234.50" in English,
// "1.234,50 €" in German. Uses no-break spaces. Returns `amount` unchanged if it is not an amount or the
// language's format is unknown.
std::string LocalAmount(std::string_view amount, std::string_view language);

}  // namespace keelson
