// The tables by which smtp_verdict.cc classifies SMTP replies.
#pragma once

#include <span>
#include <string_view>

#include "adapters/email/smtp/smtp_verdict.h"
#include "core/notifications/email_provider.h"

namespace keelson {

struct ReplyRule {
  // Prefix of the basic code (RFC 5321): "5", "55", "552"; empty: any.
  std::string_view code;
  // Subject and detail of the enhanced code (RFC 3463): "7.1", "7." for every detail, kNoEnhancedCode, or
  // empty for any.
  std::string_view enhanced;
  // A word or phrase of the reply, in lower case; empty: any.
  std::string_view words;
  SendOutcome::Kind kind = SendOutcome::Kind::kUnknown;
  // kRetry for every message, not for this recipient.
  bool is_rate = false;
};

// No enhanced code, or X.0.0, which says nothing.
inline constexpr std::string_view kNoEnhancedCode = "-";

using ReplyRules = std::span<const ReplyRule>;

// The tables for replies in this phase: the first rule that matches decides.
std::span<const ReplyRules> RulesOf(SmtpPhase phase);

}  // namespace keelson
