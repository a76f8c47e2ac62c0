#include "core/common/money.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/common/amount.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Currency Of(std::string_view code) {
  return Currency::Parse(code).value();
}

TEST_CASE("A currency has the exponent of ISO 4217") {
  for (const std::string_view code : {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
                                      "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}) {
    CAPTURE(code);
    CHECK(Of(code).exponent() == 0);
  }
  for (const std::string_view code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
    CAPTURE(code);
    CHECK(Of(code).exponent() == 3);
  }
  for (const std::string_view code : {"CLF", "UYW"}) CHECK(Of(code).exponent() == 4);
  for (const std::string_view code : {"AED", "EUR", "USD", "GBP", "CHF", "MGA", "ZAR", "ZMW"}) {
    CAPTURE(code);
    CHECK(Of(code).exponent() == 2);
  }
}

TEST_CASE("Currency::Parse accepts only upper-case codes of active currencies") {
  for (const std::string_view code : {"", "E", "EU", "eur", "Eur", "EURO", "XXX", "XTS", "XAU", "DEM", "ABC",
                                      "UR ", " EU", "AED AFN", "D A", "R U", "\xe2\x82\xac", "123"}) {
    CAPTURE(code);
    CHECK_FALSE(Currency::Parse(code).has_value());
  }
  CHECK_FALSE(Currency::Parse(std::string_view("EU\0", 3)).has_value());
  CHECK(Currency().code() == "XXX");
}

TEST_CASE("Money is formatted with its currency's decimal digits, for any size and sign") {
  CHECK(Money{Of("EUR"), 1250}.ToString() == "12.50 EUR");
  CHECK(Money{Of("EUR"), 5}.ToString() == "0.05 EUR");
  CHECK(Money{Of("EUR"), 0}.ToString() == "0.00 EUR");
  CHECK(Money{Of("EUR"), -5}.ToString() == "-0.05 EUR");
  CHECK(Money{Of("EUR"), -1250}.ToString() == "-12.50 EUR");
  CHECK(Money{Of("JPY"), 1250}.ToString() == "1250 JPY");
  CHECK(Money{Of("JPY"), -1250}.ToString() == "-1250 JPY");
  CHECK(Money{Of("JPY"), kLeast}.ToString() == "-9223372036854775808 JPY");
  CHECK(Money{Of("KWD"), -5}.ToString() == "-0.005 KWD");
  CHECK(Money{Of("CLF"), 12345}.ToString() == "1.2345 CLF");
  CHECK(Money{Of("EUR"), kMost}.ToString() == "92233720368547758.07 EUR");
  CHECK(Money{Of("EUR"), kLeast}.ToString() == "-92233720368547758.08 EUR");
}

TEST_CASE("CheckedAdd and CheckedMultiply return nullopt if the result overflows int64") {
  CHECK(CheckedAdd(2, 3) == 5);
  CHECK(CheckedAdd(kMost, 0) == kMost);
  CHECK_FALSE(CheckedAdd(kMost, 1).has_value());
  CHECK_FALSE(CheckedAdd(kLeast, -1).has_value());
  CHECK(CheckedMultiply(-4, 5) == -20);
  CHECK(CheckedMultiply(kMost, 1) == kMost);
  CHECK_FALSE(CheckedMultiply(kMost, 2).has_value());
  CHECK_FALSE(CheckedMultiply(kLeast, -1).has_value());
}

TEST_CASE("ProRata rounds a share down, also if the product overflows int64") {
  CHECK(ProRata(100, 1, 3) == 33);
  CHECK(ProRata(100, 2, 3) == 66);
  CHECK(ProRata(100, 3, 3) == 100);
  CHECK(ProRata(0, 1, 3) == 0);
  CHECK(ProRata(1, 0, 1) == 0);
  CHECK(ProRata(2 * kMaxMinorUnits, 999'999, 1'000'000) == 1'999'998'000'000'000);
  CHECK(ProRata(kMost, kMost - 1, kMost) == kMost - 1);
}

TEST_CASE("The shares of units add up to the total, however the units are divided") {
  const Seed seed(7);
  FakeEntropy random(seed.value());
  for (int round = 0; round < 2000; ++round) {
    const auto total = static_cast<std::int64_t>(random.Below(kMaxMinorUnits) >> random.Below(50));
    const auto units = static_cast<std::int64_t>(1 + random.Below(1'000'000) / (1 + random.Below(100'000)));
    std::int64_t given = 0;
    std::int64_t sum = 0;
    while (given < units) {
      const auto step =
          static_cast<std::int64_t>(1 + random.Below(static_cast<std::uint64_t>(units - given)));
      const std::int64_t share = ProRata(total, given + step, units) - ProRata(total, given, units);
      REQUIRE(share >= 0);
      REQUIRE(share >= ProRata(total, step, units));
      REQUIRE(share <= ProRata(total, step, units) + 1);
      given += step;
      sum += share;
    }
    REQUIRE(sum == total);
  }
}

TEST_CASE("CheckAmount accepts amounts from 0 to the maximum in an ISO 4217 currency") {
  FieldErrors errors;
  CHECK(CheckAmount("price", {"EUR", 0}, errors) == Money{Of("EUR"), 0});
  CHECK(CheckAmount("price", {"EUR", kMaxMinorUnits}, errors) == Money{Of("EUR"), kMaxMinorUnits});
  CHECK(errors.empty());
}

TEST_CASE("Every violation of an amount is reported") {
  const auto faults = [](const Amount& amount) {
    FieldErrors errors;
    CHECK_FALSE(CheckAmount("price", amount, errors).has_value());
    return BadFields(errors.ToStatus());
  };
  CHECK(faults({"eur", 1}) == Fields{"price.currency_code"});
  CHECK(faults({"", 1}) == Fields{"price.currency_code"});
  CHECK(faults({"EUR", -1}) == Fields{"price.minor_units"});
  CHECK(faults({"EUR", kLeast}) == Fields{"price.minor_units"});
  CHECK(faults({"EUR", kMaxMinorUnits + 1}) == Fields{"price.minor_units"});
  CHECK(faults({"EURO", kMost}) == Fields{"price.currency_code", "price.minor_units"});
}

}  // namespace
}  // namespace keelson
