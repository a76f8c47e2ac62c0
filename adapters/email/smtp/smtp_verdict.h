#pragma once

#include "adapters/email/smtp/smtp_reply.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// The phase of a transaction. kConnect: greeting, TLS and authentication. kData: from DATA to the last byte
// before the final dot.
enum class SmtpPhase { kConnect, kMail, kRcpt, kData, kFinalDot };

// Returns the outcome of an error reply, or of a missing reply, in this phase. The error contains the
// server's text unchanged. The kind follows from the reply codes of RFC 5321, RFC 3463 and IANA's registry of
// enhanced status codes; where the codes are ambiguous, from documented texts of common servers. A reply that
// may concern the configuration or the message is kRefused.
SendOutcome ErrorOutcome(SmtpPhase phase, const SmtpReply& reply);

}  // namespace keelson
