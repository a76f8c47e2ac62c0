// Tests the outcome of each reply of an SMTP server: to the connection, MAIL, RCPT, DATA and the final dot.
#include <catch2/catch.hpp>
#include <initializer_list>
#include <span>
#include <string_view>

#include "adapters/email/smtp/smtp_verdict.h"
#include "core/common/text.h"
#include "tests/contract/smtp/fixture.h"

namespace keelson {
namespace {

struct Case {
  std::string_view beginning;
  std::string_view reply;
  Kind kind;
};

constexpr auto& kConnect = ScriptedSmtpServer::kGreeting;

// Replies whose outcome follows from the codes (RFC 5321, RFC 3463), independent of a server's texts.
constexpr Case kPlainReplies[] = {
    {kConnect, "421 4.3.2 closing", Kind::kUnreachable},
    {kConnect, "450 later", Kind::kUnreachable},
    {kConnect, "554 5.7.1 no service for you", Kind::kConfig},
    {kConnect, "SSH-2.0-OpenSSH_9.2", Kind::kUnreachable},
    {"MAIL", "421 4.7.0 too many connections", Kind::kUnreachable},
    {"MAIL", "451 4.3.0 temporary failure", Kind::kUnreachable},
    {"MAIL", "452 4.3.1 insufficient storage", Kind::kUnreachable},
    {"MAIL", "432 4.3.2 concurrent connections limit exceeded", Kind::kUnreachable},
    {"MAIL", "450 4.7.1 try again", Kind::kUnreachable},
    {"MAIL", "451 local error", Kind::kUnreachable},
    {"MAIL", "454 4.5.0 quota exceeded", Kind::kQuota},
    {"MAIL", "530 5.7.0 Must issue a STARTTLS command first", Kind::kConfig},
    {"MAIL", "550 5.7.1 not allowed", Kind::kConfig},
    {"MAIL", "501 5.1.7 bad sender address syntax", Kind::kConfig},
    {"MAIL", "552 5.3.4 message size exceeds the fixed limit", Kind::kNotExpressible},
    {"MAIL", "552 too large", Kind::kNotExpressible},
    {"MAIL", "553 5.7.1 sender not owned by user", Kind::kConfig},
    {"MAIL", "250-2.1.0 fine\r\n550 5.1.0 not so", Kind::kConfig},
    {"RCPT", "421 4.3.2 closing", Kind::kUnreachable},
    {"RCPT", "450 4.2.0 greylisted", Kind::kRetry},
    {"RCPT", "450 later", Kind::kRetry},
    {"RCPT", "451 4.7.1 greylisting in action", Kind::kRetry},
    {"RCPT", "451 greylisted, try again", Kind::kRetry},
    {"RCPT", "452 4.2.2 mailbox full", Kind::kRetry},
    {"RCPT", "452 4.3.1 insufficient storage", Kind::kUnreachable},
    {"RCPT", "451 4.3.0 queue file write error", Kind::kUnreachable},
    {"RCPT", "451 4.4.1 no answer from host", Kind::kUnreachable},
    {"RCPT", "552 5.2.2 mailbox full", Kind::kRetry},
    {"RCPT", "552 mailbox full", Kind::kRetry},
    {"RCPT", "550 5.1.1 no such user", Kind::kRecipientRejected},
    {"RCPT", "550-5.1.1 no such user\r\n550 5.1.1 look elsewhere", Kind::kRecipientRejected},
    {"RCPT", "550 no such user", Kind::kRecipientRejected},
    {"RCPT", "551 user not local", Kind::kRecipientRejected},
    {"RCPT", "550 5.2.1 mailbox disabled", Kind::kRecipientRejected},
    {"RCPT", "550 5.7.2 mailing list expansion prohibited", Kind::kRecipientRejected},
    {"RCPT", "550 5.7.17 mailbox owner has changed", Kind::kRecipientRejected},
    {"RCPT", "550 5.4.4 unable to route", Kind::kRecipientRejected},
    {"RCPT", "556 5.1.10 recipient address has null MX", Kind::kRecipientRejected},
    {"RCPT", "553 mailbox name not allowed", Kind::kRecipientRejected},
    {"RCPT", "553 5.6.7 non-ASCII addresses not permitted", Kind::kNotExpressible},
    {"RCPT", "554 5.7.1 relay access denied", Kind::kConfig},
    {"RCPT", "530 5.7.1 authentication required", Kind::kConfig},
    {"RCPT", "550 5.1.8 sender address rejected: domain not found", Kind::kConfig},
    {"RCPT", "550 5.7.23 SPF validation failed", Kind::kConfig},
    {"RCPT", "550 5.7.27 sender address has null MX", Kind::kConfig},
    {"RCPT", "550 5.7.1 denied by policy", Kind::kRefused},
    {"RCPT", "554 5.0.0 refused", Kind::kRefused},
    {"RCPT", "501 5.5.4 invalid arguments", Kind::kRefused},
    {"RCPT", "550 5.4.5 daily sending quota exceeded", Kind::kQuota},
    {"RCPT", "350 what", Kind::kUnreachable},
    {"DATA", "451 4.3.0 queue file write error", Kind::kUnreachable},
    {"DATA", "452 4.3.1 insufficient storage", Kind::kUnreachable},
    {"DATA", "554 5.5.1 no valid recipients", Kind::kRefused},
    {"DATA", "250 what", Kind::kUnreachable},
    {".", "421 4.3.2 closing", Kind::kUnreachable},
    {".", "451 4.7.1 try again", Kind::kUnreachable},
    {".", "451 4.3.0 local error", Kind::kUnreachable},
    {".", "452 4.2.2 mailbox full", Kind::kRetry},
    {".", "454 4.5.0 daily quota exceeded", Kind::kQuota},
    {".", "550 5.1.1 no such user", Kind::kRecipientRejected},
    {".", "550 5.7.1 spam", Kind::kMessageRejected},
    {".", "550 5.7.1 denied by policy", Kind::kRefused},
    {".", "552 too large", Kind::kNotExpressible},
    {".", "552 5.3.4 too large", Kind::kNotExpressible},
    {".", "552 5.2.2 mailbox full", Kind::kRetry},
    {".", "554 5.6.0 refused", Kind::kMessageRejected},
    {".", "550 5.7.20 no passing DKIM signature", Kind::kConfig},
    {".", "354 what", Kind::kUnknown},
    {".", "what", Kind::kUnknown},
};

constexpr Case kPostfixReplies[] = {
    {"RCPT", "554 5.7.1 <ada@example.org>: Relay access denied", Kind::kConfig},
    {"RCPT", "454 4.7.1 <ada@example.org>: Relay access denied", Kind::kConfig},
    {"RCPT", "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user relay", Kind::kConfig},
    {"RCPT", "553 5.7.1 <a@example.com>: Sender address rejected: not logged in", Kind::kConfig},
    {"RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", Kind::kConfig},
    {"RCPT", "504 5.5.2 <app>: Helo command rejected: need fully-qualified hostname", Kind::kConfig},
    {"RCPT", "450 4.7.1 <app.example.com>: Helo command rejected: Host not found", Kind::kRefused},
    {"RCPT", "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", Kind::kRefused},
    {"RCPT", "450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted", Kind::kRetry},
    {"RCPT", "450 4.1.1 <ada@example.org>: Recipient address rejected: unverified address", Kind::kRetry},
    {"RCPT", "550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
     Kind::kRecipientRejected},
    {"RCPT", "554 5.7.1 <ada@example.org>: Recipient address rejected: Access denied", Kind::kRefused},
    {"MAIL", "452 4.3.1 Insufficient system storage", Kind::kUnreachable},
    {".", "452 4.3.1 Insufficient system storage", Kind::kUnreachable},
    {".", "451 4.3.0 Error: queue file write error", Kind::kUnreachable},
    {".", "552 5.3.4 Error: message file too big", Kind::kNotExpressible},
    {".", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
     Kind::kConfig},
};

constexpr Case kEximReplies[] = {
    {"RCPT", "550 relay not permitted", Kind::kConfig},
    {"RCPT", "550-Verification failed for <a@example.com>\r\n550 Sender verify failed", Kind::kConfig},
    {"RCPT", "550 Administrative prohibition", Kind::kRefused},
    {"RCPT", "550 Access denied", Kind::kRefused},
    {"RCPT", "550 Unrouteable address", Kind::kRecipientRejected},
    {"RCPT", "451 Temporary local problem - please try later", Kind::kUnreachable},
    {".", "550 This message was classified as SPAM", Kind::kMessageRejected},
    {".", "552 Message size exceeds maximum permitted", Kind::kNotExpressible},
};

constexpr Case kSendmailReplies[] = {
    {"RCPT", "550 5.7.1 <ada@example.org>... Relaying denied. Proper authentication required.",
     Kind::kConfig},
    {"MAIL", "553 5.1.8 <a@example.com>... Domain of sender address does not exist", Kind::kConfig},
    {"MAIL", "451 4.1.8 Domain of sender address does not resolve", Kind::kUnreachable},
    {"RCPT", "550 5.1.1 <ada@example.org>... User unknown", Kind::kRecipientRejected},
    {"RCPT", "552 5.2.2 <ada@example.org>... Mailbox full", Kind::kRetry},
    {"DATA", "452 4.4.5 Insufficient disk space; try again later", Kind::kUnreachable},
};

constexpr Case kQmailReplies[] = {
    {"RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Kind::kConfig},
    {"RCPT", "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", Kind::kConfig},
};

constexpr Case kExchangeReplies[] = {
    {"MAIL", "530 5.7.57 Client not authenticated to send mail.", Kind::kConfig},
    {".", "554 5.2.252 SendAsDenied; the account is not allowed to send as another", Kind::kConfig},
    {".", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", Kind::kConfig},
    {"RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Kind::kConfig},
    {"RCPT", "550 5.7.64 TenantAttribution; Relay Access Denied", Kind::kConfig},
    {"RCPT", "550 5.4.1 Recipient address rejected: Access denied", Kind::kRecipientRejected},
    {"RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
     Kind::kRecipientRejected},
    {"RCPT", "550 5.1.90 Your message can't be sent because you've reached your daily limit", Kind::kQuota},
    {".", "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its limit",
     Kind::kQuota},
    {".", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Kind::kQuota},
    {".", "550 5.2.1 Submission quota exceeded", Kind::kQuota},
    {"MAIL", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Kind::kUnreachable},
    {"RCPT", "451 4.7.500 Server busy. Please try again later from [192.0.2.1].", Kind::kUnreachable},
    {"RCPT", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
     Kind::kRefused},
    {kConnect, "550 5.7.1 Service unavailable, Client host blocked", Kind::kConfig},
};

constexpr Case kGmailReplies[] = {
    {"RCPT", "550 5.7.0 Mail relay denied 192.0.2.1. Invalid credentials for relay", Kind::kConfig},
    {"MAIL", "530-5.7.0 Authentication Required. For more information, go to\r\n530 5.7.0 the help",
     Kind::kConfig},
    {".", "550 5.4.5 Daily user sending limit exceeded", Kind::kQuota},
    {".", "550 5.7.1 Daily SMTP relay limit exceeded for customer", Kind::kQuota},
    {"RCPT", "450 4.2.1 Peak SMTP relay limit exceeded for customer", Kind::kQuota},
    {"RCPT", "450 4.2.1 The user you are trying to contact is receiving mail too quickly", Kind::kRetry},
    {"RCPT", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents",
     Kind::kRetry},
    {"RCPT", "452 4.2.2 The recipient's inbox is out of storage space.", Kind::kRetry},
    {"RCPT", "550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 Please",
     Kind::kRecipientRejected},
    {".", "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\r\n550 5.7.26 Gmail",
     Kind::kConfig},
    {".", "552-5.7.0 This message was blocked because its content presents a security issue\r\n552 5.7.0 x",
     Kind::kMessageRejected},
    {".", "552 5.3.4 Your message exceeded Google's message size limits.", Kind::kNotExpressible},
    {"MAIL", "421 4.7.0 Try again later, closing connection.", Kind::kUnreachable},
};

constexpr Case kSesReplies[] = {
    {".", "454 Throttling failure: Daily message quota exceeded.", Kind::kQuota},
    {".", "554 Message rejected: Email address is not verified. The following identities failed the check",
     Kind::kConfig},
    {".", "554 Access denied: User is not authorized to perform ses:SendRawEmail", Kind::kConfig},
    {"MAIL", "530 Authentication required", Kind::kConfig},
    {".", "451 Timeout waiting for data from client.", Kind::kUnreachable},
    {"MAIL", "421 Too many concurrent SMTP connections", Kind::kUnreachable},
};

constexpr Case kYahooReplies[] = {
    {kConnect, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", Kind::kConfig},
    {"MAIL", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
     Kind::kUnreachable},
    {"RCPT", "554 delivery error: dd This user doesn't have a yahoo.com account", Kind::kRecipientRejected},
    {".", "554 5.7.9 Message not accepted for policy reasons.", Kind::kRefused},
};

SendOutcome OutcomeOf(const Case& the) {
  ScriptedSmtpServer server(Friendly(std::string(the.beginning), {.text = std::string(the.reply)}));
  return SmtpEmailProvider(PlainOptions(server.port())).Send(SampleEmail(), Soon());
}

void CheckReplies(std::span<const Case> cases) {
  for (const Case& the : cases) {
    CAPTURE(the.beginning, the.reply);
    const SendOutcome outcome = OutcomeOf(the);
    CHECK(kSendOutcomeNames[static_cast<std::size_t>(outcome.kind)] ==
          kSendOutcomeNames[static_cast<std::size_t>(the.kind)]);
    CHECK_FALSE(outcome.error.empty());
    CHECK_FALSE(outcome.retry_after);
  }
}

TEST_CASE("the outcome of a reply depends on the SMTP command and the reply codes", "[email]") {
  CheckReplies(kPlainReplies);
}

TEST_CASE("replies of Postfix, Exim, Sendmail and qmail have the expected outcomes", "[email]") {
  CheckReplies(kPostfixReplies);
  CheckReplies(kEximReplies);
  CheckReplies(kSendmailReplies);
  CheckReplies(kQmailReplies);
}

TEST_CASE("replies of Exchange, Gmail, Amazon SES and Yahoo have the expected outcomes", "[email]") {
  CheckReplies(kExchangeReplies);
  CheckReplies(kGmailReplies);
  CheckReplies(kSesReplies);
  CheckReplies(kYahooReplies);
}

TEST_CASE("the retry delay after a rate limit of the relay is one second", "[email]") {
  for (const Case& the : std::initializer_list<Case>{
           {".", "454 Throttling failure: Maximum sending rate exceeded.", Kind::kRetry},
           {"MAIL", "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
            Kind::kRetry},
           {"MAIL", "450 4.7.1 Error: too much mail from 192.0.2.1", Kind::kRetry},
           {"RCPT", "450 4.7.0 rate limited", Kind::kRetry},
           {".", "421 4.7.28 Our system has detected an unusual rate of mail", Kind::kRetry}}) {
    CAPTURE(the.beginning, the.reply);
    const SendOutcome outcome = OutcomeOf(the);
    CHECK(outcome.kind == the.kind);
    CHECK(outcome.retry_after == absl::Seconds(1));
  }
}

TEST_CASE("an error contains the SMTP command, the reply codes and the server's text", "[email]") {
  ScriptedSmtpServer server(Friendly("RCPT", {.text = "550-5.1.1 no such user\r\n550 5.1.1 look elsewhere"}));
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Soon()).error ==
        "SMTP, RCPT: 550 5.1.1 no such user 5.1.1 look elsewhere");
}

TEST_CASE("neither the error nor the message id contains a secret, an address or a control character",
          "[email]") {
  for (const std::string beginning : {"RCPT", "."}) {
    const std::string words = " <ada@xn--bcher-kva.example> or ada@bücher.example \x01\xff\xc2\x85 " +
                              std::string(kPassword) + std::string(3000, 'x');
    for (const std::string code : {"250", "550"}) {
      ScriptedSmtpServer server(Friendly(beginning, {.text = code + words}));
      SmtpOptions options = PlainOptions(server.port());
      options.password = Secret(kPassword);
      const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
      for (const std::string& text : {outcome.error, outcome.provider_message_id}) {
        INFO(text);
        CHECK(text.find("ada@") == std::string::npos);
        CHECK(text.find(kPassword) == std::string::npos);
        CHECK(IsValidUtf8(text));
        CHECK_FALSE(HasControlCharacters(text));
        CHECK(text.size() <= 300);
      }
    }
  }
}

TEST_CASE("ReplyReader parses single-line and multiline replies, and rejects malformed lines", "[email]") {
  using State = ReplyReader::State;
  ReplyReader reader;
  CHECK(reader.Add("250-one\r\n") == State::kUnfinished);
  CHECK(reader.Add("250 2.1.5 two\r\n") == State::kFinished);
  CHECK(reader.reply().code == 250);
  CHECK(reader.reply().lines == std::vector<std::string>{"one", "2.1.5 two"});
  CHECK(reader.reply().enhanced() == "2.1.5");
  CHECK(reader.Add("354") == State::kFinished);
  CHECK(reader.reply().lines == std::vector<std::string>{""});
  CHECK(reader.reply().enhanced().empty());
  for (const char* line : {"", "25", "2x0 a", "250_a", "HTTP/1.1 400"})
    CHECK(ReplyReader().Add(line) == State::kBroken);
  ReplyReader endless;
  int lines = 0;
  while (lines < 1000 && endless.Add("250-more") == State::kUnfinished) ++lines;
  CHECK(lines < 1000);
  for (const char* text : {"5.1", "5.1.1.1", "3.1.1 a", "5.1234.1", "5..1", "x"}) {
    SmtpReply reply;
    reply.lines = {text};
    CHECK(reply.enhanced().empty());
  }
}

}  // namespace
}  // namespace keelson
