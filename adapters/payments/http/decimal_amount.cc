#include "adapters/payments/http/decimal_amount.h"

#include "absl/strings/str_format.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::int64_t PowerOfTen(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

std::optional<std::int64_t> UnitsOf(const Money& amount, int exponent) {
  const int difference = exponent - amount.currency.exponent();
  if (difference >= 0) return CheckedMultiply(amount.minor_units, PowerOfTen(difference));
  const std::int64_t divisor = PowerOfTen(-difference);
  if (amount.minor_units % divisor != 0) return std::nullopt;
  return amount.minor_units / divisor;
}

std::optional<std::string> DecimalAmount(const Money& amount, int exponent) {
  const std::optional<std::int64_t> units = UnitsOf(amount, exponent);
  if (!units) return std::nullopt;
  if (exponent == 0) return StrCat(*units);
  const std::int64_t whole = PowerOfTen(exponent);
  return absl::StrFormat("%d.%0*d", *units / whole, exponent, *units % whole);
}

}  // namespace keelson
