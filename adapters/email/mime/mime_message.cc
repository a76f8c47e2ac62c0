#include "adapters/email/mime/mime_message.h"

#include <optional>
#include <utility>

#include "adapters/email/mime/header.h"
#include "adapters/email/mime/mailbox.h"
#include "adapters/email/mime/quoted_printable.h"
#include "adapters/email/mime/seven_bit.h"
#include "core/common/domain_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

std::string Part(std::string_view boundary, std::string_view subtype, std::string_view encoding,
                 std::string_view body) {
  return StrCat("--", boundary, "\r\nContent-Type: text/", subtype,
                "; charset=utf-8\r\nContent-Transfer-Encoding: ", encoding, "\r\n\r\n", body);
}

// Encodes the text as 7bit if possible, so that a developer can read the .eml file and open its link.
std::string TextPart(std::string_view boundary, std::string_view text) {
  if (const std::optional<std::string> plain = SevenBit(text)) return Part(boundary, "plain", "7bit", *plain);
  return Part(boundary, "plain", "quoted-printable", QuotedPrintable(text));
}

// The boundary cannot occur in a part: quoted-printable encodes "=" as "=3D", and SevenBit rejects lines that
// begin with "--".
std::string Body(const Email& email) {
  const std::string boundary = StrCat("=_", email.id.ToString());
  return StrCat("MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"", boundary,
                "\"\r\n\r\n", TextPart(boundary, email.content.text),
                Part(boundary, "html", "quoted-printable", QuotedPrintable(email.content.html)), "--",
                boundary, "--\r\n");
}

absl::StatusOr<std::string> Headers(const Email& email, const Mailbox& from, const Mailbox& to) {
  ASSIGN_OR_RETURN(const std::string domain, AsciiDomain(from.domain()));
  const std::string date = absl::FormatTime(absl::RFC1123_full, email.date, absl::UTCTimeZone());
  std::string headers = StrCat("Date: ", date, "\r\n");
  for (const absl::StatusOr<std::string>& field :
       {MailboxHeader("From", from), MailboxHeader("To", to), TextHeader("Subject", email.content.subject)}) {
    RETURN_IF_ERROR(field.status());
    headers += StrCat(*field);
  }
  absl::StrAppend(&headers, "Message-ID: <", email.id.ToString(), "@", domain, ">\r\n",
                  "Auto-Submitted: auto-generated\r\n");
  return headers;
}

}  // namespace

absl::StatusOr<std::string> RenderMime(const Email& email) {
  const RenderedMessage& content = email.content;
  if (!IsValidUtf8(content.text) || !IsValidUtf8(content.html)) {
    return absl::InvalidArgumentError("the text and HTML of a message must be UTF-8");
  }
  const absl::StatusOr<Mailbox> from = ParseMailbox(email.from);
  if (!from.ok()) return absl::InvalidArgumentError(StrCat("the sender ", from.status().message()));
  const absl::StatusOr<Mailbox> to = ParseRecipient(email.to);
  if (!to.ok()) return absl::InvalidArgumentError(StrCat("the recipient ", to.status().message()));
  ASSIGN_OR_RETURN(const std::string headers, Headers(email, *from, *to));
  return StrCat(headers, Body(email));
}

}  // namespace keelson
