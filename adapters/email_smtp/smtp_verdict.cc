#include "adapters/email_smtp/smtp_verdict.h"

#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// 530: authentication or TLS is wanted first; 534, 535, 538: another mechanism, other credentials.
bool IsAboutCredentials(const SmtpReply& reply) {
  return reply.code == 530 || reply.code == 534 || reply.code == 535 || reply.code == 538 ||
         reply.enhanced() == "5.7.8";
}

// Whom or what a permanent refusal is about. What a server says against the sender, also after it heard the
// recipient, is about the configuration: the sender is the same for every message.
Kind KindOfPermanent(SmtpPhase phase, const SmtpReply& reply) {
  const std::string_view enhanced = reply.enhanced();
  if (enhanced == "5.2.2") return Kind::kRetry;
  // Of the account's sending limit: Google's.
  if (enhanced == "5.4.5") return Kind::kQuota;
  if (enhanced == "5.3.4") return Kind::kMessageRejected;
  if (phase == SmtpPhase::kMail) return reply.code == 552 ? Kind::kMessageRejected : Kind::kConfig;
  if (enhanced == "5.1.7" || enhanced == "5.1.8") return Kind::kConfig;
  if (enhanced.starts_with("5.1.") || enhanced == "5.2.1") return Kind::kRecipientRejected;
  if (reply.code == 552) return Kind::kMessageRejected;
  return phase == SmtpPhase::kRcpt ? Kind::kRecipientRejected : Kind::kMessageRejected;
}

std::string_view NameOf(SmtpPhase phase) {
  switch (phase) {
    case SmtpPhase::kConnect:
      return "connecting";
    case SmtpPhase::kMail:
      return "MAIL";
    case SmtpPhase::kRcpt:
      return "RCPT";
    case SmtpPhase::kData:
      return "DATA";
    case SmtpPhase::kFinalDot:
      return "final dot";
  }
  return "";
}

}  // namespace

SendOutcome::Kind KindOf(SmtpPhase phase, const SmtpReply& reply) {
  if (reply.code == 421) return Kind::kUnreachable;
  if (IsAboutCredentials(reply)) return Kind::kConfig;
  const int severity = reply.code / 100;
  // Before MAIL a refusal is about no message: the server is in trouble, or takes none from here.
  if (phase == SmtpPhase::kConnect) return severity == 5 ? Kind::kConfig : Kind::kUnreachable;
  if (severity == 4) return Kind::kRetry;
  if (severity == 5) return KindOfPermanent(phase, reply);
  return phase == SmtpPhase::kFinalDot ? Kind::kUnknown : Kind::kUnreachable;
}

SendOutcome Refusal(SmtpPhase phase, const SmtpReply& reply) {
  SendOutcome outcome;
  outcome.kind = KindOf(phase, reply);
  outcome.error = StrCat("SMTP, ", NameOf(phase), ": ");
  if (reply.code != 0) outcome.error += StrCat(reply.code, " ");
  outcome.error += reply.Words();
  return outcome;
}

}  // namespace keelson
