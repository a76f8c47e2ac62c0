#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/common/error.h"
#include "core/common/money.h"

namespace keelson {

// An amount of money from a request, not yet checked.
struct Amount {
  std::string currency_code;
  std::int64_t minor_units = 0;

  bool operator==(const Amount&) const = default;
};

template <typename Visitor>
void VisitFields(Visitor& a, Amount& m) {
  a(m.currency_code), a(m.minor_units);
}

// Validates an amount. Adds a violation of "<field>.currency_code" unless the code is an ISO 4217 currency,
// and of "<field>.minor_units" unless the number is from 0 to kMaxMinorUnits. Returns nullopt after a
// violation.
std::optional<Money> CheckAmount(std::string_view field, const Amount& amount, FieldErrors& errors);

// Validates amounts that must all have the currency of the first amount.
class AmountChecker {
 public:
  // `entity` is the entity with the amounts in error messages, such as "order".
  AmountChecker(std::string_view entity, FieldErrors& errors) : entity_(entity), errors_(errors) {}

  // Returns minor units. Returns nullopt and adds a violation for an invalid amount.
  std::optional<std::int64_t> Check(const std::string& field, const Amount& amount);
  // The currency of the first valid amount.
  const std::optional<Currency>& currency() const { return currency_; }

 private:
  const std::string_view entity_;
  FieldErrors& errors_;
  std::optional<Currency> currency_;
};

}  // namespace keelson
