#pragma once

#include "adapters/email/smtp/smtp_reply.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// How far a message had come. kConnect: greeting, TLS and authentication. kData: up to the last byte before
// the final dot.
enum class SmtpPhase { kConnect, kMail, kRcpt, kData, kFinalDot };

// The outcome of `reply`, which is no success, in that phase, with the server's words as they came. Who must
// act is read from the codes of RFC 5321, RFC 3463 and IANA's registry of enhanced status codes, and from
// documented words of widespread servers where the codes leave it open. A reply that may be about the
// configuration or about the message is kRefused.
SendOutcome Refusal(SmtpPhase phase, const SmtpReply& reply);

}  // namespace keelson
