// The rules that translate SMTP replies into outcomes; smtp_verdict.cc applies them.
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
  // Phrase in the reply's text, in lower case; empty: any.
  std::string_view text;
  SendOutcome::Kind kind = SendOutcome::Kind::kUnknown;
  // For kRetry: whether the server limits the rate of all messages; otherwise only this recipient must wait.
  bool is_rate = false;
};

// Matches a reply without an enhanced code, or with X.0.0, which carries no information.
inline constexpr std::string_view kNoEnhancedCode = "-";

using ReplyRules = std::span<const ReplyRule>;

// The rules for replies in this phase, in order of precedence: the first matching rule applies.
std::span<const ReplyRules> RulesOf(SmtpPhase phase);

}  // namespace keelson
