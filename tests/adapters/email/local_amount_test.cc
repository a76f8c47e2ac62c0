#include "adapters/email/templates/local_amount.h"

#include <catch2/catch.hpp>

namespace keelson {

TEST_CASE("LocalAmount returns an amount in the format of the language") {
  CHECK(LocalAmount("1234.50 EUR", "en") == "€1,234.50");
  CHECK(LocalAmount("1234.50 EUR", "de") == "1.234,50\u00A0€");
  CHECK(LocalAmount("1234.50 EUR", "de-AT") == "1.234,50\u00A0€");
  CHECK(LocalAmount("1234.50 EUR", "es") == "1234,50\u00A0€");
  CHECK(LocalAmount("12345.50 EUR", "es") == "12.345,50\u00A0€");
  CHECK(LocalAmount("1234567.50 EUR", "fr") == "1\u202F234\u202F567,50\u00A0€");
  CHECK(LocalAmount("0.05 GBP", "en-GB") == "£0.05");
  CHECK(LocalAmount("-3.00 USD", "en") == "-$3.00");
  CHECK(LocalAmount("3.00 USD", "fr") == "3,00\u00A0$US");
  CHECK(LocalAmount("500 JPY", "en") == "JPY\u00A0500");
  CHECK(LocalAmount("500 JPY", "de") == "500\u00A0JPY");
  CHECK(LocalAmount("9223372036854775.807 KWD", "en") == "KWD\u00A09,223,372,036,854,775.807");
}

TEST_CASE("LocalAmount returns a text unchanged if it is not an amount or the language is unknown") {
  CHECK(LocalAmount("12.50 EUR", "pt-BR") == "12.50 EUR");
  CHECK(LocalAmount("12.50 EUR", "") == "12.50 EUR");
  for (const char* text :
       {"", "-", "EUR", "12.50", "12. EUR", ".5 EUR", "1,5 EUR", "12.50 eur", "12 EUROS", "x y"}) {
    CHECK(LocalAmount(text, "en") == text);
  }
}

}  // namespace keelson
