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

// Checks an amount. Returns nullopt and a violation for each broken rule: a currency of ISO 4217
// ("field.currency_code"), and minor units from 0 to kMaxMinorUnits ("field.minor_units").
std::optional<Money> CheckAmount(std::string_view field, const Amount& amount, FieldErrors& errors);

}  // namespace keelson
