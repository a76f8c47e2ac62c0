#include "adapters/email/smtp/smtp_transaction.h"

#include "absl/strings/str_replace.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Whether the server takes the addresses. The sender is the configuration's.
absl::Status CheckAddresses(const SmtpConnection& connection, const Envelope& envelope) {
  const bool takes_utf8 = connection.Offers("SMTPUTF8");
  if (!takes_utf8 && NeedsUtf8(envelope.from.address)) {
    return absl::FailedPreconditionError(
        "the sender has a local part beyond ASCII, and the server does not offer SMTPUTF8");
  }
  if (!takes_utf8 && NeedsUtf8(envelope.to)) {
    return absl::UnimplementedError("the server takes no address with a local part beyond ASCII");
  }
  return absl::OkStatus();
}

std::string MailCommand(const SmtpConnection& connection, const SmtpLetter& letter) {
  std::string command = StrCat("MAIL FROM:<", letter.envelope.from.address, ">");
  if (connection.Offers("SIZE")) command += StrCat(" SIZE=", letter.message.size());
  if (NeedsUtf8(letter.envelope.from.address) || NeedsUtf8(letter.envelope.to)) {
    command += " BODY=8BITMIME SMTPUTF8";
  }
  return command;
}

// The server's name for the message, where it says one in the common form; else what it says.
SmtpEnd Accepted(const SmtpReply& reply) {
  constexpr std::string_view kQueued = "queued as ";
  const std::string words = reply.Words();
  const std::size_t queued = words.find(kQueued);
  SmtpEnd end;
  end.outcome.kind = SendOutcome::Kind::kAccepted;
  end.outcome.provider_message_id =
      queued == std::string::npos ? words : words.substr(queued + kQueued.size());
  return end;
}

SmtpEnd Refused(SmtpPhase phase, const SmtpReply& reply) {
  return {.phase = phase, .outcome = Refusal(phase, reply)};
}

}  // namespace

SmtpEnd Transact(SmtpConnection& connection, const SmtpLetter& letter, Deadline deadline,
                 absl::Duration final_answer) {
  if (const absl::Status status = CheckAddresses(connection, letter.envelope); !status.ok()) {
    return {.phase = SmtpPhase::kMail, .outcome = Unsendable(status)};
  }
  SmtpReply reply = connection.Ask(MailCommand(connection, letter), deadline);
  if (!reply.positive()) return Refused(SmtpPhase::kMail, reply);
  reply = connection.Ask(StrCat("RCPT TO:<", letter.envelope.to, ">"), deadline);
  if (!reply.positive()) return Refused(SmtpPhase::kRcpt, reply);
  reply = connection.Ask("DATA", deadline);
  if (reply.code != 354) return Refused(SmtpPhase::kData, reply);
  if (!connection.Write(DotStuffed(letter.message), deadline)) {
    return Refused(SmtpPhase::kData, NoReply("the connection ended, or the time was over"));
  }
  if (deadline.expired()) return Refused(SmtpPhase::kData, NoReply("the time was over"));
  // From here on it may be delivered.
  reply = connection.Ask(".", Deadline::After(final_answer));
  return reply.positive() ? Accepted(reply) : Refused(SmtpPhase::kFinalDot, reply);
}

std::string DotStuffed(std::string_view message) {
  const std::string stuffed = absl::StrReplaceAll(ToAbsl(message), {{"\r\n.", "\r\n.."}});
  return message.starts_with('.') ? StrCat(".", stuffed) : stuffed;
}

}  // namespace keelson
