#include "adapters/email/mime/envelope.h"

#include "adapters/email/mime/header.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/domain_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

absl::Status CheckTexts(const RenderedMessage& content) {
  if (!IsValidUtf8(content.subject) || !IsValidUtf8(content.text) || !IsValidUtf8(content.html)) {
    return absl::InvalidArgumentError("the subject, text and HTML of a message must be UTF-8");
  }
  if (HasControlCharacters(content.subject)) {
    return absl::InvalidArgumentError("the subject must not have line breaks or other control characters");
  }
  return absl::OkStatus();
}

// Converts the mailbox's domain to ASCII.
absl::StatusOr<Mailbox> WireMailbox(absl::StatusOr<Mailbox> parsed) {
  ASSIGN_OR_RETURN(Mailbox mailbox, std::move(parsed));
  ASSIGN_OR_RETURN(const std::string domain, AsciiDomain(mailbox.domain()));
  mailbox.address.replace(mailbox.address.rfind('@') + 1, std::string::npos, domain);
  return mailbox;
}

}  // namespace

absl::StatusOr<Mailbox> ReadSender(std::string_view from) {
  absl::StatusOr<Mailbox> sender = WireMailbox(ParseMailbox(from));
  if (!sender.ok()) return absl::FailedPreconditionError(sender.status().message());
  if (!MailboxHeader("From", *sender).ok()) {
    return absl::FailedPreconditionError(
        "must have a local part (before the @) that needs no quotation marks");
  }
  return sender;
}

absl::StatusOr<Envelope> ReadEnvelope(const Email& email) {
  absl::StatusOr<Mailbox> from = ReadSender(email.from);
  if (!from.ok()) return WithSubject("the sender", from.status());
  RETURN_IF_ERROR(CheckTexts(email.content));
  absl::StatusOr<Mailbox> to = WireMailbox(ParseRecipient(email.to));
  if (!to.ok()) return WithSubject("the recipient", to.status());
  Envelope envelope;
  envelope.message_id = StrCat("<", email.id.ToString(), "@", from->domain(), ">");
  envelope.from = *std::move(from);
  envelope.to = std::move(to->address);
  return envelope;
}

bool NeedsUtf8(std::string_view address) {
  return !IsAscii(address);
}

std::string Quoted(const Mailbox& mailbox) {
  if (mailbox.display_name.empty()) return mailbox.address;
  std::string quoted = "\"";
  for (const char c : mailbox.display_name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return StrCat(quoted, "\" <", mailbox.address, ">");
}

}  // namespace keelson
