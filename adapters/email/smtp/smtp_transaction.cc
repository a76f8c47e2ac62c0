#include "adapters/email/smtp/smtp_transaction.h"

#include "absl/strings/str_replace.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Returns FAILED_PRECONDITION if the server does not support the sender (a configuration error), or
// UNIMPLEMENTED if the server does not support the recipient.
absl::Status CheckAddresses(const SmtpConnection& connection, const Envelope& envelope) {
  const bool supports_utf8 = connection.Offers("SMTPUTF8");
  if (!supports_utf8 && NeedsUtf8(envelope.from.address)) {
    return absl::FailedPreconditionError(
        "the sender's local part is not ASCII, and the server does not offer SMTPUTF8");
  }
  if (!supports_utf8 && NeedsUtf8(envelope.to)) {
    return absl::UnimplementedError(
        "the recipient's local part is not ASCII, and the server does not offer SMTPUTF8");
  }
  return absl::OkStatus();
}

std::string MailCommand(const SmtpConnection& connection, const SmtpMessage& message) {
  std::string command = StrCat("MAIL FROM:<", message.envelope.from.address, ">");
  if (connection.Offers("SIZE")) command += StrCat(" SIZE=", message.content.size());
  if (NeedsUtf8(message.envelope.from.address) || NeedsUtf8(message.envelope.to)) {
    command += " BODY=8BITMIME SMTPUTF8";
  }
  return command;
}

// Returns kAccepted. The provider's message id is the server's queue id from "queued as …"; without a queue
// id, the whole text of the reply.
SmtpResult Accepted(const SmtpReply& reply) {
  constexpr std::string_view kQueued = "queued as ";
  const std::string text = reply.Text();
  const std::size_t queued = text.find(kQueued);
  SmtpResult result;
  result.outcome.kind = SendOutcome::Kind::kAccepted;
  result.outcome.provider_message_id =
      queued == std::string::npos ? text : text.substr(queued + kQueued.size());
  return result;
}

SmtpResult Refused(SmtpPhase phase, const SmtpReply& reply) {
  return {.phase = phase, .outcome = ErrorOutcome(phase, reply)};
}

}  // namespace

SmtpResult Transact(SmtpConnection& connection, const SmtpMessage& message, Deadline deadline,
                    absl::Duration final_dot_timeout) {
  if (const absl::Status status = CheckAddresses(connection, message.envelope); !status.ok()) {
    return {.phase = SmtpPhase::kMail, .outcome = Unsendable(status)};
  }
  SmtpReply reply = connection.SendCommand(MailCommand(connection, message), deadline);
  if (!reply.positive()) return Refused(SmtpPhase::kMail, reply);
  reply = connection.SendCommand(StrCat("RCPT TO:<", message.envelope.to, ">"), deadline);
  if (!reply.positive()) return Refused(SmtpPhase::kRcpt, reply);
  reply = connection.SendCommand("DATA", deadline);
  if (reply.code != 354) return Refused(SmtpPhase::kData, reply);
  if (!connection.Write(DotStuffed(message.content), deadline)) {
    return Refused(SmtpPhase::kData, NoReply("the connection closed or the deadline expired"));
  }
  if (deadline.expired())
    return Refused(SmtpPhase::kData, NoReply("the deadline expired before the final dot"));
  // After the final dot, the server may deliver the message even if no reply arrives.
  reply = connection.SendCommand(".", Deadline::After(final_dot_timeout));
  return reply.positive() ? Accepted(reply) : Refused(SmtpPhase::kFinalDot, reply);
}

std::string DotStuffed(std::string_view message) {
  const std::string stuffed = absl::StrReplaceAll(ToAbsl(message), {{"\r\n.", "\r\n.."}});
  return message.starts_with('.') ? StrCat(".", stuffed) : stuffed;
}

}  // namespace keelson
