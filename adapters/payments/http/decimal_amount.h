#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/common/money.h"

namespace keelson {

// Returns the amount in units of 10^-exponent of the currency: 5 JPY with exponent 2 are 500. nullopt if the
// result is not a whole number, or overflows int64. Needs an exponent from 0 to 4.
std::optional<std::int64_t> UnitsOf(const Money& amount, int exponent);

// Returns the amount with `exponent` decimal digits, such as "12.50" or "1250". nullopt if the amount has
// more decimal digits. Needs an amount of at least 0, and an exponent from 0 to 4.
std::optional<std::string> DecimalAmount(const Money& amount, int exponent);

}  // namespace keelson
