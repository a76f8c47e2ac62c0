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

std::optional<std::int64_t> AmountChecker::Check(const std::string& field, const Amount& amount) {
  const std::optional<Money> money = CheckAmount(field, amount, errors_);
  if (!money) return std::nullopt;
  if (!currency_) currency_ = money->currency;
  if (money->currency == *currency_) return money->minor_units;
  errors_.Add(StrCat(field, ".currency_code"),
              StrCat("must be ", currency_->code(), ", the currency of the ", entity_, "'s first amount"));
  return std::nullopt;
}

}  // namespace keelson
