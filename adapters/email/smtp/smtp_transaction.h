#pragma once

#include <string>

#include "absl/time/time.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/email/smtp/smtp_connection.h"
#include "adapters/email/smtp/smtp_verdict.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// The message that an SMTP transaction sends.
struct SmtpMessage {
  Envelope envelope;
  // The complete message (RFC 5322); lines end with CRLF.
  std::string content;
};

// The outcome of a transaction and the phase in which it ended.
struct SmtpResult {
  SmtpPhase phase = SmtpPhase::kFinalDot;
  SendOutcome outcome;
};

// Executes one transaction, from MAIL to the reply to the final dot. `deadline` applies until the final dot,
// which is not sent after the deadline. The reply to the dot has its own timeout, `final_dot_timeout`.
// Blocks.
SmtpResult Transact(SmtpConnection& connection, const SmtpMessage& message, Deadline deadline,
                    absl::Duration final_dot_timeout);

// Doubles the dot at the beginning of each line (RFC 5321, 4.5.2).
std::string DotStuffed(std::string_view message);

}  // namespace keelson
