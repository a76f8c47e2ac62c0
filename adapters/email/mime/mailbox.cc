#include "adapters/email/mime/mailbox.h"

#include "core/common/email_address.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

absl::Status Invalid(std::string_view rule) {
  return absl::InvalidArgumentError(ToAbsl(rule));
}

// Removes the enclosing quotation marks and the backslash escapes.
absl::StatusOr<std::string> Unquote(std::string_view quoted) {
  std::string text;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '"') return Invalid("has an unescaped quotation mark inside the display name");
    if (quoted[i] == '\\' && ++i + 1 == quoted.size())
      return Invalid("has a display name without a closing quotation mark");
    text += quoted[i];
  }
  return text;
}

absl::StatusOr<std::string> ParseDisplayName(std::string_view name) {
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') return Unquote(name);
  if (name.find_first_of("\"<>,;:@\\") != std::string_view::npos) {
    return Invalid("must have quotation marks around a display name with special characters");
  }
  return std::string(name);
}

}  // namespace

std::string_view Mailbox::domain() const {
  return std::string_view(address).substr(address.rfind('@') + 1);
}

absl::StatusOr<Mailbox> ParseMailbox(std::string_view text) {
  if (!IsValidUtf8(text)) return Invalid("must be UTF-8");
  if (HasControlCharacters(text)) return Invalid("must not have control characters");
  std::string_view address = Trim(text);
  Mailbox mailbox;
  if (address.ends_with('>')) {
    const std::size_t open = address.rfind('<');
    if (open == std::string_view::npos) return Invalid("must have a \"<\" before its address");
    ASSIGN_OR_RETURN(mailbox.display_name, ParseDisplayName(Trim(address.substr(0, open))));
    address = address.substr(open + 1, address.size() - open - 2);
  }
  ASSIGN_OR_RETURN(const EmailAddress parsed, EmailAddress::Parse(address));
  if (Trim(address) != address) return Invalid("must not have spaces around its address");
  mailbox.address = parsed.text();
  return mailbox;
}

absl::StatusOr<Mailbox> ParseRecipient(std::string_view to) {
  if (to.find('<') != std::string_view::npos || Trim(to) != to)
    return Invalid("must be an address without a display name");
  return ParseMailbox(to);
}

}  // namespace keelson
