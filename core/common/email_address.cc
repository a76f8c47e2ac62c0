#include "core/common/email_address.h"

#include "core/common/domain_name.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

absl::Status Breaks(const std::string& rule) {
  return absl::InvalidArgumentError(rule);
}

// Whether a byte may occur in the local part: atext of RFC 5322, or any byte beyond ASCII (RFC 6531).
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

}  // namespace

absl::StatusOr<EmailAddress> EmailAddress::Parse(std::string_view text) {
  if (!IsValidUtf8(text)) return Breaks("must be valid UTF-8");
  text = Trim(text);
  if (text.empty()) return Breaks("is required");
  if (text.size() > kMaxOctets) return Breaks(StrCat("must be at most ", kMaxOctets, " octets long"));
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return Breaks("must have the form local@domain");
  const std::optional<std::string> local = NfkcWithoutInvisible(text.substr(0, at));
  const std::optional<std::string> local_key = NfkcLowercase(text.substr(0, at));
  if (!local || !local_key || !IsDotAtom(*local) || HasControlCharacters(*local)) {
    return Breaks(
        "must have a local part of letters, digits, !#$%&'*+-/=?^_`{|}~ and single inner dots before the @");
  }
  if (local->size() > kMaxLocalOctets) {
    return Breaks(StrCat("must have at most ", kMaxLocalOctets, " octets before the @"));
  }
  const std::string_view domain = text.substr(at + 1);
  const absl::StatusOr<std::string> ascii = AsciiDomain(domain);
  if (!ascii.ok()) {
    return Breaks("must have the name of an internet domain, such as example.com, after the @");
  }
  EmailAddress address;
  address.text_ = StrCat(*local, "@", IsAscii(domain) ? std::string(domain) : UnicodeDomain(*ascii));
  address.key_ = StrCat(*local_key, "@", *ascii);
  // SMTP carries the domain in ASCII, which can be longer than in Unicode.
  if (StrCat(*local, "@", *ascii).size() > kMaxOctets) {
    return Breaks(StrCat("must be at most ", kMaxOctets, " octets long with its domain in ASCII"));
  }
  return address;
}

std::optional<std::string> EmailAddress::KeyPrefix(std::string_view text) {
  if (!IsValidUtf8(text)) return std::nullopt;
  text = Trim(text);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return NfkcLowercase(text);
  const std::string_view domain = text.substr(at + 1);
  const std::optional<std::string> ascii = AsciiDomainPrefix(domain);
  return StrCat(NfkcLowercase(text.substr(0, at)).value_or(""), "@",
                ascii ? *ascii : NfkcLowercase(domain).value_or(""));
}

std::string EmailAddress::former_key() const {
  const std::string_view local = std::string_view(text_).substr(0, text_.rfind('@'));
  return StrCat(NfkcCasefold(local).value_or(""), key_.substr(key_.rfind('@')));
}

}  // namespace keelson
