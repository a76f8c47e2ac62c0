// Exact amounts of money in the smallest unit of an ISO 4217 currency.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// An active ISO 4217 currency, or XXX for no currency.
class Currency {
 public:
  // The currency XXX.
  Currency() = default;
  // nullopt unless `code` is the code of an active ISO 4217 currency, in upper case.
  static std::optional<Currency> Parse(std::string_view code);

  std::string_view code() const { return {code_.data(), code_.size()}; }
  // The number of decimal digits: 2 for EUR, 0 for JPY, 3 for KWD.
  int exponent() const;
  auto operator<=>(const Currency&) const = default;

 private:
  explicit Currency(std::array<char, 3> code) : code_(code) {}

  std::array<char, 3> code_{'X', 'X', 'X'};
};

// Maximum of a single amount, in minor units. The sum of a few thousand amounts fits int64.
inline constexpr std::int64_t kMaxMinorUnits = 1'000'000'000'000'000;  // 10^15

struct Money {
  Currency currency;
  std::int64_t minor_units = 0;

  bool operator==(const Money&) const = default;
  // Returns a text such as "12.50 EUR", "1250 JPY" or "-0.005 KWD".
  std::string ToString() const;
};

// nullopt if the result overflows int64.
std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> CheckedMultiply(std::int64_t a, std::int64_t b);

// Returns floor(total * part / whole), the share of `part` units if `whole` units cost `total`. The product
// has 128 bits, so it does not overflow. Needs total >= 0, 0 <= part <= whole and whole > 0.
std::int64_t ProRata(std::int64_t total, std::int64_t part, std::int64_t whole);

}  // namespace keelson
