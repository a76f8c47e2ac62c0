#include "core/accounts/email_address.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

absl::Status Breaks(const std::string& rule) {
  return absl::InvalidArgumentError(rule);
}

// RFC 5322's atext, and with RFC 6531 anything that is not ASCII.
bool IsAtomCharacter(char c) {
  constexpr std::string_view kSymbols = "!#$%&'*+-/=?^_`{|}~";
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || static_cast<unsigned char>(c) >= 0x80 || kSymbols.find(c) != std::string_view::npos;
}

bool IsDotAtom(std::string_view text) {
  char previous = '.';
  for (const char c : text) {
    if (c == '.' ? previous == '.' : !IsAtomCharacter(c)) return false;
    previous = c;
  }
  return previous != '.';
}

// RFC 1123: letters, digits, and hyphens within.
bool IsHostLabel(std::string_view label) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), allowed);
}

// Two labels at least, the last of which is not a number: else it could be an IP address.
bool IsHostName(std::string_view name) {
  std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  for (; dot != std::string_view::npos; dot = name.find('.')) {
    if (!IsHostLabel(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return IsHostLabel(name) && name.find_first_not_of("0123456789") != std::string_view::npos;
}

// The domain as DNS knows it, in lower case, or a part of it; nothing where IDNA2008 (by libidn2, with UTS 46
// mapping) has none.
std::optional<std::string> ToAscii(std::string_view domain) {
  // To libidn2 the text would end there.
  if (domain.find('\0') != std::string_view::npos) return std::nullopt;
  char* ascii = nullptr;
  const int result =
      idn2_to_ascii_8z(std::string(domain).c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(ascii, &idn2_free);
  if (result != IDN2_OK) return std::nullopt;
  return std::string(ascii);
}

}  // namespace

absl::StatusOr<EmailAddress> EmailAddress::Parse(std::string_view text) {
  if (!IsValidUtf8(text)) return Breaks("must be valid UTF-8");
  text = Trim(text);
  if (text.empty()) return Breaks("is required");
  if (text.size() > kMaxOctets) return Breaks(StrCat("must be at most ", kMaxOctets, " octets long"));
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return Breaks("must have the form local@domain");
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (local.size() > kMaxLocalOctets) {
    return Breaks(StrCat("must have at most ", kMaxLocalOctets, " octets before the @"));
  }
  const std::optional<std::string> local_key = NfkcCasefold(local);
  if (!IsDotAtom(local) || HasControlCharacters(local) || !local_key || !IsDotAtom(*local_key)) {
    return Breaks("must have letters, digits, dots between them, or any of !#$%&'*+-/=?^_`{|}~ before the @");
  }
  const std::optional<std::string> ascii = ToAscii(domain);
  // Judged here, because libidn2's own STD3 rules leave out what they forbid, line breaks included, rather
  // than refuse it.
  if (!ascii || !IsHostName(*ascii)) {
    return Breaks("must have the name of an internet domain, such as example.com, after the @");
  }
  EmailAddress address;
  address.text_ = text;
  address.key_ = StrCat(*local_key, "@", *ascii);
  return address;
}

std::optional<std::string> EmailAddress::KeyPrefix(std::string_view text) {
  if (!IsValidUtf8(text)) return std::nullopt;
  text = Trim(text);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return NfkcCasefold(text);
  const std::string_view domain = text.substr(at + 1);
  const std::optional<std::string> ascii = ToAscii(domain);
  return StrCat(NfkcCasefold(text.substr(0, at)).value_or(""), "@",
                ascii ? *ascii : NfkcCasefold(domain).value_or(""));
}

}  // namespace keelson
