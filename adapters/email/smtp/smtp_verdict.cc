#include "adapters/email/smtp/smtp_verdict.h"

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "adapters/email/smtp/reply_rules.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// Retry delay after a rate limit; SMTP replies contain no delay.
constexpr absl::Duration kRateWait = absl::Seconds(1);

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

bool HasEnhanced(const ReplyRule& rule, const SmtpReply& reply) {
  // The subject and detail of the enhanced code: "7.1" of "5.7.1".
  const std::string_view code = reply.enhanced().substr(reply.enhanced().empty() ? 0 : 2);
  if (rule.enhanced.empty()) return true;
  if (rule.enhanced == kNoEnhancedCode) return code.empty() || code == "0.0";
  return rule.enhanced.ends_with('.') ? code.starts_with(rule.enhanced) : code == rule.enhanced;
}

// Whether `phrase` occurs in `text` at the beginning of a word. Case-sensitive: both are in lower case.
bool Mentions(std::string_view text, std::string_view phrase) {
  for (std::size_t at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + 1)) {
    if (at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) return true;
  }
  return false;
}

// Returns null if no rule matches.
const ReplyRule* FindRule(SmtpPhase phase, const SmtpReply& reply) {
  const std::string code = StrCat(reply.code);
  const std::string text = absl::AsciiStrToLower(reply.Text());
  for (const ReplyRules& rules : RulesOf(phase)) {
    for (const ReplyRule& rule : rules) {
      if (code.starts_with(rule.code) && HasEnhanced(rule, reply) && Mentions(text, rule.text)) return &rule;
    }
  }
  return nullptr;
}

// Returns the kind of outcome of a reply that matches no rule. `severity`: the first digit of the reply code,
// or 0 without a reply.
Kind KindOfSeverity(SmtpPhase phase, int severity) {
  if (severity == 4) return Kind::kUnreachable;
  if (severity == 5) {
    // Before RCPT, an error concerns the client or the sender, which are the same for all messages.
    return phase <= SmtpPhase::kMail ? Kind::kConfig : Kind::kRefused;
  }
  // No reply, or a reply code that SMTP does not allow in this phase.
  return phase == SmtpPhase::kFinalDot ? Kind::kUnknown : Kind::kUnreachable;
}

}  // namespace

SendOutcome ErrorOutcome(SmtpPhase phase, const SmtpReply& reply) {
  SendOutcome outcome;
  const ReplyRule* const rule = FindRule(phase, reply);
  outcome.kind = rule != nullptr ? rule->kind : KindOfSeverity(phase, reply.code / 100);
  if (rule != nullptr && rule->is_rate) outcome.retry_after = kRateWait;
  outcome.error = StrCat("SMTP, ", NameOf(phase), ": ");
  if (reply.code != 0) outcome.error += StrCat(reply.code, " ");
  outcome.error += reply.Text();
  return outcome;
}

}  // namespace keelson
