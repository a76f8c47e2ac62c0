#pragma once

#include "adapters/email_smtp/smtp_reply.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// How far a message had come. kConnect: greeting, TLS and authentication. kData: up to the last byte before
// the final dot.
enum class SmtpPhase { kConnect, kMail, kRcpt, kData, kFinalDot };

// What it means that `reply`, which is no success, came then.
SendOutcome::Kind KindOf(SmtpPhase phase, const SmtpReply& reply);

// The same with the server's words, as they came.
SendOutcome Refusal(SmtpPhase phase, const SmtpReply& reply);

}  // namespace keelson
