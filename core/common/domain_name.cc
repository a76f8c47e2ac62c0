#include "core/common/domain_name.h"

#include <idn2.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

// Calls a conversion function of libidn2. Returns nullopt if the function fails.
template <typename Convert>
std::optional<std::string> ConvertByIdn(std::string_view text, const Convert& convert) {
  // libidn2 takes a C string, which a NUL would truncate.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  char* converted = nullptr;
  const int result = convert(std::string(text).c_str(), &converted);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(converted, &idn2_free);
  if (result != IDN2_OK) return std::nullopt;
  return std::string(converted);
}

std::optional<std::string> AsciiLabel(std::string_view label) {
  // IDNA reserves hyphens in positions 3 and 4 of a label, but DNS allows these hyphens, and such hosts
  // exist.
  if (IsAscii(label) && !absl::StartsWithIgnoreCase(ToAbsl(label), "xn--")) {
    return absl::AsciiStrToLower(ToAbsl(label));
  }
  return ConvertByIdn(label, [](const char* text, char** ascii) {
    return idn2_to_ascii_8z(text, ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  });
}

}  // namespace

std::optional<std::string> AsciiDomainPrefix(std::string_view domain) {
  // UTS 46 maps the ideographic, full-width and half-width full stops to ".".
  const std::string dotted =
      absl::StrReplaceAll(ToAbsl(domain), {{"\u3002", "."}, {"\uff0e", "."}, {"\uff61", "."}});
  std::string ascii;
  for (const absl::string_view label : absl::StrSplit(dotted, '.')) {
    const std::optional<std::string> converted = AsciiLabel({label.data(), label.size()});
    if (!converted) return std::nullopt;
    ascii += StrCat(*converted, ".");
  }
  ascii.pop_back();
  return ascii;
}

absl::StatusOr<std::string> AsciiDomain(std::string_view domain) {
  std::optional<std::string> ascii = AsciiDomainPrefix(domain);
  // IsQualifiedHostName checks the characters, because libidn2's STD3 option drops forbidden characters, line
  // breaks included, instead of rejecting the name. A name whose last label is a number could be an IP
  // address.
  if (ascii && IsQualifiedHostName(*ascii)) return *std::move(ascii);
  return absl::InvalidArgumentError("must be the name of an internet domain, such as example.com");
}

std::string UnicodeDomain(std::string_view ascii_domain) {
  return ConvertByIdn(ascii_domain,
                      [](const char* text, char** unicode) {
                        return idn2_to_unicode_8z8z(text, unicode, IDN2_NONTRANSITIONAL);
                      })
      .value_or(std::string(ascii_domain));
}

}  // namespace keelson
