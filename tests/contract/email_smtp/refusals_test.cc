// What a server's replies mean, each in its phase.
#include <catch2/catch.hpp>

#include "adapters/email_smtp/smtp_verdict.h"
#include "core/common/text.h"
#include "tests/contract/email_smtp/fixture.h"

namespace keelson {
namespace {

struct Case {
  std::string beginning;
  std::string reply;
  Kind kind;
};

const std::vector<Case>& Cases() {
  static const auto& cases = *new std::vector<Case>{
      {ScriptedSmtpServer::kGreeting, "421 4.3.2 closing", Kind::kUnreachable},
      {ScriptedSmtpServer::kGreeting, "450 later", Kind::kUnreachable},
      {ScriptedSmtpServer::kGreeting, "554 5.7.1 no service for you", Kind::kConfig},
      {ScriptedSmtpServer::kGreeting, "SSH-2.0-OpenSSH_9.2", Kind::kUnreachable},
      {"MAIL", "421 4.7.0 too many connections", Kind::kUnreachable},
      {"MAIL", "451 4.3.0 temporary failure", Kind::kRetry},
      {"MAIL", "452 4.3.1 insufficient storage", Kind::kRetry},
      {"MAIL", "530 5.7.0 Must issue a STARTTLS command first", Kind::kConfig},
      {"MAIL", "552 5.3.4 message size exceeds the fixed limit", Kind::kMessageRejected},
      {"MAIL", "553 5.7.1 sender not owned by user", Kind::kConfig},
      {"MAIL", "250-2.1.0 fine\r\n550 5.1.0 not so", Kind::kConfig},
      {"RCPT", "421 4.3.2 closing", Kind::kUnreachable},
      {"RCPT", "450 4.2.0 greylisted", Kind::kRetry},
      {"RCPT", "452 4.2.2 mailbox full", Kind::kRetry},
      {"RCPT", "552 5.2.2 mailbox full", Kind::kRetry},
      {"RCPT", "550 5.1.1 no such user", Kind::kRecipientRejected},
      {"RCPT", "550-5.1.1 no such user\r\n550 5.1.1 look elsewhere", Kind::kRecipientRejected},
      {"RCPT", "550 no such user", Kind::kRecipientRejected},
      {"RCPT", "550 5.2.1 mailbox disabled", Kind::kRecipientRejected},
      {"RCPT", "553 mailbox name not allowed", Kind::kRecipientRejected},
      {"RCPT", "554 5.7.1 relay access denied", Kind::kRecipientRejected},
      {"RCPT", "530 5.7.1 authentication required", Kind::kConfig},
      {"RCPT", "550 5.1.8 sender address rejected: domain not found", Kind::kConfig},
      {"RCPT", "550 5.4.5 daily sending quota exceeded", Kind::kQuota},
      {"RCPT", "350 what", Kind::kUnreachable},
      {"DATA", "451 4.3.0 queue file write error", Kind::kRetry},
      {"DATA", "554 5.5.1 no valid recipients", Kind::kMessageRejected},
      {"DATA", "250 what", Kind::kUnreachable},
      {".", "421 4.3.2 closing", Kind::kUnreachable},
      {".", "451 4.7.1 try again", Kind::kRetry},
      {".", "452 4.2.2 mailbox full", Kind::kRetry},
      {".", "550 5.1.1 no such user", Kind::kRecipientRejected},
      {".", "550 5.7.1 spam", Kind::kMessageRejected},
      {".", "552 too large", Kind::kMessageRejected},
      {".", "552 5.2.2 mailbox full", Kind::kRetry},
      {".", "554 5.6.0 refused", Kind::kMessageRejected},
      {".", "354 what", Kind::kUnknown},
      {".", "what", Kind::kUnknown},
  };
  return cases;
}

TEST_CASE("a reply is judged by its phase and its codes", "[email]") {
  for (const Case& the : Cases()) {
    DYNAMIC_SECTION(the.beginning << " " << the.reply) {
      ScriptedSmtpServer server(Friendly(the.beginning, {.text = the.reply}));
      SmtpEmailProvider provider(PlainOptions(server.port()));
      const SendOutcome outcome = provider.Send(SampleEmail(), Soon());
      INFO(outcome.error);
      CHECK(outcome.kind == the.kind);
      CHECK_FALSE(outcome.error.empty());
      CHECK_FALSE(outcome.retry_after);
    }
  }
}

TEST_CASE("an error has the phase, the codes and the server's words", "[email]") {
  ScriptedSmtpServer server(Friendly("RCPT", {.text = "550-5.1.1 no such user\r\n550 5.1.1 look elsewhere"}));
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Soon()).error ==
        "SMTP, RCPT: 550 5.1.1 no such user 5.1.1 look elsewhere");
}

TEST_CASE("an error or a name repeats no secret, no address and no control character", "[email]") {
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

TEST_CASE("replies are put together of lines", "[email]") {
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
