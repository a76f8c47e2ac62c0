#include "core/common/amount.h"

#include "core/common/strings.h"

namespace keelson {

std::optional<Money> CheckAmount(std::string_view field, const Amount& amount, FieldErrors& errors) {
  const std::optional<Currency> currency = Currency::Parse(amount.currency_code);
  if (!currency) {
    errors.Add(StrCat(field, ".currency_code"),
               "must be an ISO 4217 code of three capital letters, such as EUR");
  }
  const bool in_range = amount.minor_units >= 0 && amount.minor_units <= kMaxMinorUnits;
  if (!in_range) {
    errors.Add(StrCat(field, ".minor_units"), StrCat("must be from 0 to ", kMaxMinorUnits));
  }
  if (!currency || !in_range) return std::nullopt;
  return Money{*currency, amount.minor_units};
}

}  // namespace keelson
