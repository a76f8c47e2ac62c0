#pragma once

#include <string>

#include "absl/time/time.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/email/smtp/smtp_connection.h"
#include "adapters/email/smtp/smtp_verdict.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// A message as a transaction carries it.
struct SmtpLetter {
  Envelope envelope;
  // One complete message (RFC 5322), its lines ended by CRLF.
  std::string message;
};

// How a transaction ended, and where.
struct SmtpEnd {
  SmtpPhase phase = SmtpPhase::kFinalDot;
  SendOutcome outcome;
};

// One transaction, from MAIL to the answer to the final dot. `deadline` holds until that dot, which is not
// sent after it; the answer has `final_answer`.
SmtpEnd Transact(SmtpConnection& connection, const SmtpLetter& letter, Deadline deadline,
                 absl::Duration final_answer);

// The message with a second dot before each line that begins with one (RFC 5321, 4.5.2).
std::string DotStuffed(std::string_view message);

}  // namespace keelson
