#include "core/common/money.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace keelson {
namespace {

// The currencies of ISO 4217, list one, without the codes that begin with X for metals, units of account and
// tests, and without BOV, CHE, CHW, COU, MXV and USN.
constexpr std::string_view kCodes =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP "
    "LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB "
    "PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
    "THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF "
    "YER ZAR ZMW ZWG";
constexpr std::string_view kExponent0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kExponent3 = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view kExponent4 = "CLF UYW";

bool Lists(std::string_view codes, std::string_view code) {
  for (std::size_t i = 0; i < codes.size(); i += 4) {
    if (codes.substr(i, 3) == code) return true;
  }
  return false;
}

}  // namespace

std::optional<Currency> Currency::Parse(std::string_view code) {
  if (code.size() != 3 || !Lists(kCodes, code)) return std::nullopt;
  return Currency({code[0], code[1], code[2]});
}

int Currency::exponent() const {
  if (Lists(kExponent0, code())) return 0;
  if (Lists(kExponent3, code())) return 3;
  if (Lists(kExponent4, code())) return 4;
  return 2;
}

std::string Money::ToString() const {
  const int exponent = currency.exponent();
  if (exponent == 0) return absl::StrFormat("%d %s", minor_units, currency.code());
  // Unsigned, because negating the minimum of int64 overflows.
  const std::uint64_t magnitude =
      minor_units < 0 ? -static_cast<std::uint64_t>(minor_units) : static_cast<std::uint64_t>(minor_units);
  std::uint64_t unit = 1;
  for (int i = 0; i < exponent; ++i) unit *= 10;
  return absl::StrFormat("%s%d.%0*d %s", minor_units < 0 ? "-" : "", magnitude / unit, exponent,
                         magnitude % unit, currency.code());
}

std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional(sum);
}

std::optional<std::int64_t> CheckedMultiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::nullopt : std::optional(product);
}

std::int64_t ProRata(std::int64_t total, std::int64_t part, std::int64_t whole) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(total) * part / whole);
}

}  // namespace keelson
