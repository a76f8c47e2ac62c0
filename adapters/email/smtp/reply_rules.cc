#include "adapters/email/smtp/reply_rules.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr bool kRate = true;

// Limits of the account; servers report them with various reply codes. SES: "Throttling failure: …"; Gmail:
// "Daily user sending limit exceeded", "Daily SMTP relay limit exceeded for customer"; Exchange: "Submission
// quota exceeded", "Message submission rate for this client has exceeded the configured limit"; Postfix:
// "Error: too much mail from".
constexpr ReplyRule kEveryPhase[] = {
    {"", "", "daily message quota", Kind::kQuota},
    {"", "", "sending limit", Kind::kQuota},
    {"", "", "sending quota", Kind::kQuota},
    {"", "", "relay limit", Kind::kQuota},
    {"", "", "submission quota", Kind::kQuota},
    {"", "", "submissionquotaexceeded", Kind::kQuota},
    {"", "", "maximum sending rate", Kind::kRetry, kRate},
    {"", "", "submission rate", Kind::kRetry, kRate},
    {"", "", "too much mail", Kind::kRetry, kRate},
    {"454", "", "quota", Kind::kQuota},
    {"454", "", "throttling", Kind::kRetry, kRate},
    {"4", "7.", "quota", Kind::kQuota},
    {"5", "7.", "quota", Kind::kQuota},
    {"4", "7.", "rate", Kind::kRetry, kRate},
    {"5", "7.", "rate limit", Kind::kRetry, kRate},
    // Exchange Online: the recipient limit of an account, or the limits of a tenant. Gmail (5.4.5): the daily
    // sending limit.
    {"5", "1.90", "", Kind::kQuota},
    {"5", "7.232", "", Kind::kQuota},
    {"5", "7.233", "", Kind::kQuota},
    {"5", "4.5", "", Kind::kQuota},
    // The server closes the connection.
    {"421", "", "", Kind::kUnreachable},
    // Authentication is required, needs another mechanism, or failed (RFC 4954).
    {"530", "", "", Kind::kConfig},
    {"534", "", "", Kind::kConfig},
    {"535", "", "", Kind::kConfig},
    {"538", "", "", Kind::kConfig},
    {"5", "7.8", "", Kind::kConfig},
    {"4", "7.12", "", Kind::kConfig},
};

// Rules for replies that reject this client or this sender. The phrases are documented by Postfix, Sendmail,
// Exim, qmail, Exchange and SES. Postfix delays its checks of client and sender until RCPT, and by default
// rejects relaying with a temporary code ("454 4.7.1 … Relay access denied").
constexpr ReplyRule kSender[] = {
    {"", "", "relay access denied", Kind::kConfig},
    {"", "", "relaying", Kind::kConfig},
    {"", "", "relay not permitted", Kind::kConfig},
    {"", "", "relay denied", Kind::kConfig},
    {"", "", "to relay", Kind::kConfig},
    {"", "", "not relay", Kind::kConfig},
    {"5", "", "rcpthosts", Kind::kConfig},
    {"5", "", "badmailfrom", Kind::kConfig},
    {"5", "", "not owned by", Kind::kConfig},
    {"5", "", "sender address rejected", Kind::kConfig},
    {"5", "", "sender verify failed", Kind::kConfig},
    {"5", "", "client host", Kind::kConfig},
    {"5", "", "helo command rejected", Kind::kConfig},
    {"5", "", "not authenticated", Kind::kConfig},
    {"5", "", "authentication required", Kind::kConfig},
    {"5", "", "as this sender", Kind::kConfig},
    {"5", "", "sendasdenied", Kind::kConfig},
    {"5", "", "is not verified", Kind::kConfig},
    {"5", "", "is not authorized to perform", Kind::kConfig},
    // Codes of Exchange Online.
    {"5", "7.57", "", Kind::kConfig},
    {"5", "7.60", "", Kind::kConfig},
    {"5", "7.64", "", Kind::kConfig},
    {"5", "1.0", "sender", Kind::kConfig},
    // The sender's address or domain is invalid.
    {"5", "1.7", "", Kind::kConfig},
    {"5", "1.8", "", Kind::kConfig},
    // The sender's domain fails DKIM, SPF or reverse DNS, or accepts no mail.
    {"5", "7.20", "", Kind::kConfig},
    {"5", "7.21", "", Kind::kConfig},
    {"5", "7.22", "", Kind::kConfig},
    {"5", "7.23", "", Kind::kConfig},
    {"5", "7.24", "", Kind::kConfig},
    {"5", "7.25", "", Kind::kConfig},
    {"5", "7.26", "", Kind::kConfig},
    {"5", "7.27", "", Kind::kConfig},
    // Servers also use temporary codes for the errors above. A retry rarely succeeds before the configuration
    // changes.
    {"4", "1.7", "", Kind::kRefused},
    {"4", "1.8", "", Kind::kRefused},
    {"4", "", "sender address rejected", Kind::kRefused},
    {"4", "", "client host", Kind::kRefused},
    {"4", "", "helo command rejected", Kind::kRefused},
};

// Rules for replies about the recipient, or about a message that the relay does not support.
constexpr ReplyRule kRecipient[] = {
    {"4", "1.", "", Kind::kRetry},
    {"4", "2.", "", Kind::kRetry},
    {"5", "2.2", "", Kind::kRetry},
    // Gmail and Exchange Online: rate limit on mail to this recipient.
    {"5", "2.1", "rate", Kind::kRetry},
    {"5", "2.121", "", Kind::kRetry},
    {"5", "2.122", "", Kind::kRetry},
    // The message is too large for the mailbox or the relay, or the relay lacks SMTPUTF8.
    {"5", "2.3", "", Kind::kNotExpressible},
    {"5", "3.4", "", Kind::kNotExpressible},
    {"5", "6.7", "", Kind::kNotExpressible},
    {"5", "6.8", "", Kind::kNotExpressible},
    {"5", "6.9", "", Kind::kNotExpressible},
    {"5", "6.10", "", Kind::kNotExpressible},
    {"5", "6.", "", Kind::kMessageRejected},
    {"5", "1.", "", Kind::kRecipientRejected},
    {"5", "2.", "", Kind::kRecipientRejected},
    // A mailing list accepts mail from members only; or the mailbox or the domain has a new owner.
    {"5", "7.2", "", Kind::kRecipientRejected},
    {"5", "7.17", "", Kind::kRecipientRejected},
    {"5", "7.18", "", Kind::kRecipientRejected},
    // Yahoo: "This user doesn't have a yahoo.com account".
    {"554", "", "this user doesn't have", Kind::kRecipientRejected},
    // The relay has no route to the recipient's domain.
    {"5", "4.1", "", Kind::kRecipientRejected},
    {"5", "4.4", "", Kind::kRecipientRejected},
};

// Rules for a message that is too large. RCPT has its own rule for 552: the mailbox is full.
constexpr ReplyRule kSize[] = {
    {"5", "3.4", "", Kind::kNotExpressible},
    {"552", "7.", "", Kind::kMessageRejected},
    {"552", "", "", Kind::kNotExpressible},
};

constexpr ReplyRule kRcpt[] = {
    // Greylisting: the server rejects the first attempt temporarily.
    {"4", "7.1", "", Kind::kRetry},
    {"4", "", "greylist", Kind::kRetry},
    {"4", "3.", "", Kind::kUnreachable},
    {"450", "", "", Kind::kRetry},
    // RFC 7504: the domain accepts no mail.
    {"556", "", "", Kind::kRecipientRejected},
    {"5", "5.0", "mailbox", Kind::kRecipientRejected},
    // Without an enhanced code, 552 means a full mailbox, and 550, 551 and 553 mean an unknown mailbox
    // (RFC 5321). Exim also uses 550 for policies.
    {"552", kNoEnhancedCode, "", Kind::kRetry},
    {"550", kNoEnhancedCode, "quota", Kind::kRetry},
    {"550", kNoEnhancedCode, "denied", Kind::kRefused},
    {"550", kNoEnhancedCode, "prohibit", Kind::kRefused},
    {"550", kNoEnhancedCode, "policy", Kind::kRefused},
    {"550", kNoEnhancedCode, "block", Kind::kRefused},
    {"550", kNoEnhancedCode, "", Kind::kRecipientRejected},
    {"551", kNoEnhancedCode, "", Kind::kRecipientRejected},
    {"553", kNoEnhancedCode, "", Kind::kRecipientRejected},
};

// A spam filter rejects this host's reputation or the message's content.
constexpr ReplyRule kFilter[] = {
    {"5", "", "ip address", Kind::kRefused},      {"5", "", "your ip", Kind::kRefused},
    {"5", "", "blocked using", Kind::kRefused},   {"5", "", "spamhaus", Kind::kRefused},
    {"5", "", "blacklist", Kind::kRefused},       {"5", "", "blocklist", Kind::kRefused},
    {"5", "", "spam", Kind::kMessageRejected},    {"5", "", "virus", Kind::kMessageRejected},
    {"5", "", "malware", Kind::kMessageRejected}, {"5", "", "unsolicited", Kind::kMessageRejected},
    {"5", "", "content", Kind::kMessageRejected},
};

constexpr ReplyRules kConnectRules[] = {kEveryPhase};
constexpr ReplyRules kMailRules[] = {kEveryPhase, kSize};
constexpr ReplyRules kRcptRules[] = {kEveryPhase, kSender, kRecipient, kRcpt};
constexpr ReplyRules kDataRules[] = {kEveryPhase, kSender, kSize};
constexpr ReplyRules kFinalDotRules[] = {kEveryPhase, kSender, kRecipient, kFilter, kSize};

}  // namespace

std::span<const ReplyRules> RulesOf(SmtpPhase phase) {
  switch (phase) {
    case SmtpPhase::kConnect:
      return kConnectRules;
    case SmtpPhase::kMail:
      return kMailRules;
    case SmtpPhase::kRcpt:
      return kRcptRules;
    case SmtpPhase::kData:
      return kDataRules;
    case SmtpPhase::kFinalDot:
      return kFinalDotRules;
  }
  return {};
}

}  // namespace keelson
