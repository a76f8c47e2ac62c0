#include "adapters/email/templates/amount_formatter.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <iterator>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/common/money.h"
#include "tests/support/recording_log.h"

namespace keelson {
namespace {

struct FormatCase {
  const char* amount;
  const char* locale;
  const char* formatted;
};

// The formats of CLDR 42, the version in ICU 72.
constexpr std::array kFormats = {
    FormatCase{"1234567.50 EUR", "en", "€1,234,567.50"},
    FormatCase{"1234567.50 USD", "en", "$1,234,567.50"},
    FormatCase{"1234567.50 INR", "en", "₹1,234,567.50"},
    FormatCase{"1234.50 CHF", "en", "CHF\u00A01,234.50"},
    FormatCase{"0.05 GBP", "en-GB", "£0.05"},
    FormatCase{"3.00 USD", "en-CA", "US$3.00"},
    FormatCase{"1234567.50 INR", "en-IN", "₹12,34,567.50"},
    FormatCase{"1234567.50 EUR", "en-IN", "€12,34,567.50"},
    FormatCase{"1234567.50 EUR", "de", "1.234.567,50\u00A0€"},
    FormatCase{"1234.50 CHF", "de", "1.234,50\u00A0CHF"},
    FormatCase{"1234567.50 CHF", "de-CH", "CHF\u00A01’234’567.50"},
    FormatCase{"1234.50 EUR", "de-CH", "EUR\u00A01’234.50"},
    FormatCase{"1234.50 EUR", "de-AT", "€\u00A01.234,50"},
    FormatCase{"1234.50 EUR", "es", "1234,50\u00A0€"},
    FormatCase{"12345.50 EUR", "es", "12.345,50\u00A0€"},
    FormatCase{"12345.50 MXN", "es", "12.345,50\u00A0MXN"},
    FormatCase{"12345.50 MXN", "es-MX", "$12,345.50"},
    FormatCase{"12345.50 USD", "es-MX", "USD\u00A012,345.50"},
    FormatCase{"1234567.50 EUR", "fr", "1\u202F234\u202F567,50\u00A0€"},
    FormatCase{"3.00 USD", "fr", "3,00\u00A0$US"},
    FormatCase{"1234567.50 EUR", "fr-CA", "1\u00A0234\u00A0567,50\u00A0€"},
    FormatCase{"3.00 USD", "fr-CA", "3,00\u00A0$\u00A0US"},
    FormatCase{"1234.50 EUR", "fr-CH", "1\u202F234.50\u00A0€"},
    FormatCase{"500 JPY", "en", "¥500"},
    FormatCase{"500 JPY", "de", "500\u00A0¥"},
    FormatCase{"1234567 JPY", "ja", "￥1,234,567"},
    FormatCase{"1234.50 TWD", "zh-TW", "$1,234.50"},
    FormatCase{"1234.50 EUR", "sv-SE", "1\u00A0234,50\u00A0€"},
    FormatCase{"1234.50 EUR", "ar", "\u200F١٬٢٣٤٫٥٠\u00A0€"},
};

std::string DigitsOf(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
  return digits;
}

}  // namespace

TEST_CASE("an amount has CLDR's format for the language and the region") {
  const AmountFormatter formatter(nullptr);
  for (const FormatCase& c : kFormats) {
    CAPTURE(c.locale);
    CHECK(formatter.Format(c.amount, c.locale) == c.formatted);
  }
}

TEST_CASE("an amount has the decimals of ISO 4217, even if CLDR rounds the currency to fewer") {
  const AmountFormatter formatter(nullptr);
  CHECK(formatter.Format("1.234 KWD", "en") == "KWD\u00A01.234");
  CHECK(formatter.Format("0.001 IQD", "de") == "0,001\u00A0IQD");
  CHECK(formatter.Format("1234.5678 CLF", "en") == "CLF\u00A01,234.5678");
  CHECK(formatter.Format("0.0001 UYW", "es-MX") == "UYW\u00A00.0001");
  CHECK(formatter.Format("1234.56 HUF", "de") == "1.234,56\u00A0HUF");
  CHECK(formatter.Format("0.01 LBP", "en") == "LBP\u00A00.01");
  CHECK(formatter.Format("0.99 TWD", "en") == "NT$0.99");
  CHECK(formatter.Format("1234 ISK", "en") == "ISK\u00A01,234");
}

TEST_CASE("formatting an amount keeps every digit, from the minimum of int64 to its maximum") {
  const AmountFormatter formatter(nullptr);
  const std::int64_t minor_units =
      GENERATE(std::int64_t{0}, 1, 99, kMaxMinorUnits - 1, kMaxMinorUnits,
               std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min());
  for (const char* const code : {"JPY", "EUR", "KWD", "CLF"}) {
    const std::string amount = Money{*Currency::Parse(code), minor_units}.ToString();
    for (const char* const locale : {"en", "en-IN", "de", "de-CH", "de-AT", "es", "es-MX", "fr", "fr-CA"}) {
      CAPTURE(amount, locale);
      CHECK(DigitsOf(formatter.Format(amount, locale)) == DigitsOf(amount));
    }
  }
}

TEST_CASE("zero, the maximum and a negative amount have exact formats") {
  const AmountFormatter formatter(nullptr);
  const Money most = {*Currency::Parse("EUR"), kMaxMinorUnits};
  CHECK(formatter.Format(most.ToString(), "en") == "€10,000,000,000,000.00");
  CHECK(formatter.Format(most.ToString(), "en-IN") == "€1,00,00,00,00,00,000.00");
  CHECK(formatter.Format("0.00 EUR", "de") == "0,00\u00A0€");
  CHECK(formatter.Format("0 JPY", "en") == "¥0");
  CHECK(formatter.Format("-3.00 USD", "en") == "-$3.00");
}

TEST_CASE("the spelling, the script and the extensions of a locale do not change its region's format") {
  const AmountFormatter formatter(nullptr);
  const std::string expected = formatter.Format("1234.50 EUR", "fr-CA");
  const std::string locale = GENERATE("FR-ca", "fr-Latn-CA", "fr-CA-u-nu-latn", "fr-ca-x-private");
  CAPTURE(locale);
  CHECK(formatter.Format("1234.50 EUR", locale) == expected);
}

TEST_CASE("an unknown region has the format of its language, and an unknown language has that of English") {
  const AmountFormatter formatter(nullptr);
  CHECK(formatter.Format("1234.50 EUR", "de-XX") == "1.234,50\u00A0€");
  CHECK(formatter.Format("1234.50 EUR", "de-1996") == "1.234,50\u00A0€");
  const std::string locale = GENERATE("tlh", "qqq-DE", "", "-", "../de", "x-de");
  CAPTURE(locale);
  CHECK(formatter.Format("1234.50 EUR", locale) == "€1,234.50");
}

TEST_CASE("a text that is not an amount is returned unchanged") {
  const AmountFormatter formatter(nullptr);
  const std::string text =
      GENERATE("", " ", "-", "EUR", " EUR", "12.50", "12.50 ", "12. EUR", ".5 EUR", "- EUR", "--1 EUR",
               "1,5 EUR", "1e3 EUR", "1.2.3 EUR", "12.50 eur", "12.50  EUR", "12 EUROS", "12.50 XXX", "x y");
  CHECK(formatter.Format(text, "en") == text);
}

TEST_CASE("concurrent threads load ICU once and format the same texts") {
  const AmountFormatter formatter(nullptr);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 20 * kFormats.size(); ++i) {
        const FormatCase& c = kFormats[(i + 7 * t) % kFormats.size()];
        if (formatter.Format(c.amount, c.locale) != c.formatted) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("without a usable ICU library, amounts are unchanged, and one warning names the package") {
  // A library that does not exist, and a library without ICU's functions.
  const std::string file = GENERATE("libkeelson-missing.so", "libm.so.6");
  RecordingLog log;
  const AmountFormatter formatter(&log, file);
  CHECK(formatter.Format("12.50 EUR", "de") == "12.50 EUR");
  CHECK(formatter.Format("12.50 EUR", "en") == "12.50 EUR");
  CHECK(AmountFormatter(nullptr, file).Format("12.50 EUR", "en") == "12.50 EUR");
  REQUIRE(log.entries().size() == 1);
  const RecordingLog::Entry entry = log.entries().front();
  CHECK(entry.severity == Severity::kWarning);
  CHECK(entry.event_name == "message.amounts_not_localized");
  CHECK(absl::StrContains(entry.message, "libicu"));
  CHECK(absl::StrContains(entry.fields.at("error"), file));
}

}  // namespace keelson
