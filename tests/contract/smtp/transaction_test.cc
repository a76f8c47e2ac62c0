// Tests the commands of an SMTP transaction, and connections that close after each command.
#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/time/clock.h"
#include "adapters/email/mime/mime_message.h"
#include "core/notifications/message_repository.h"
#include "tests/contract/smtp/fixture.h"

namespace keelson {
namespace {

using Act = SmtpAnswer::Act;

constexpr std::size_t kMoreThanSocketsHold = 20'000'000;

std::vector<std::string> Lines(ScriptedSmtpServer& server) {
  std::vector<std::string> lines;
  for (const auto& heard : server.heard()) lines.push_back(heard.line);
  return lines;
}

TEST_CASE(
    "a message is sent byte for byte in one SMTP transaction, and the outcome has the server's queue id",
    "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  const Email email = SampleEmail();
  const SendOutcome outcome = provider.Send(email, Soon());
  CHECK(outcome.kind == Kind::kAccepted);
  CHECK(outcome.provider_message_id == "4ABC");
  CHECK(outcome.error.empty());
  const std::string message = RenderMime(email).value();
  const std::vector<std::string> lines = Lines(server);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("EHLO "));
  CHECK(lines[1] == "MAIL FROM:<no-reply@example.com> SIZE=" + std::to_string(message.size()));
  CHECK(lines[2] == "RCPT TO:<ada@xn--bcher-kva.example>");
  CHECK(lines[3] == "DATA");
  CHECK(server.messages() == std::vector<std::string>{message});
}

TEST_CASE("a dot at the beginning of a line is doubled", "[email]") {
  CHECK(DotStuffed(".a\r\n.\r\nb.\r\n..c\r\n") == "..a\r\n..\r\nb.\r\n...c\r\n");
  CHECK(DotStuffed("").empty());
}

TEST_CASE("a large message arrives completely", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  Email email = SampleEmail();
  for (int i = 0; i < 100'000; ++i) email.content.html += "<p>line " + std::to_string(i) + "</p>\n";
  CHECK(provider.Send(email, Soon()).kind == Kind::kAccepted);
  CHECK(server.messages() == std::vector<std::string>{RenderMime(email).value()});
}

TEST_CASE("a message that is sent twice has the same bytes", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  provider.Send(SampleEmail(), Soon());
  provider.Send(SampleEmail(), Soon());
  const std::vector<std::string> messages = server.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0] == messages[1]);
  CHECK(provider.repeat_window() == absl::ZeroDuration());
}

TEST_CASE("a recipient with a non-ASCII local part is sent only to a server that offers SMTPUTF8",
          "[email]") {
  Email email = SampleEmail();
  email.to = "jürgen@bücher.example";
  ScriptedSmtpServer able(Friendly());
  CHECK(SmtpEmailProvider(PlainOptions(able.port())).Send(email, Soon()).kind == Kind::kAccepted);
  const std::vector<std::string> lines = Lines(able);
  REQUIRE(lines.size() >= 3);
  CHECK(lines[1].ends_with(" BODY=8BITMIME SMTPUTF8"));
  CHECK(lines[2] == "RCPT TO:<jürgen@xn--bcher-kva.example>");
  ScriptedSmtpServer unable(Friendly("(nothing)", {}, {}));
  const SendOutcome refused = SmtpEmailProvider(PlainOptions(unable.port())).Send(email, Soon());
  CHECK(refused.kind == Kind::kNotExpressible);
  CHECK(refused.error == "the recipient's local part is not ASCII, and the server does not offer SMTPUTF8");
  CHECK_FALSE(unable.HeardAny("MAIL"));
}

TEST_CASE("a sender with a non-ASCII local part returns kConfig if the server does not offer SMTPUTF8",
          "[email]") {
  Email email = SampleEmail();
  email.from = "jürgen@example.com";
  ScriptedSmtpServer able(Friendly());
  CHECK(SmtpEmailProvider(PlainOptions(able.port())).Send(email, Soon()).kind == Kind::kAccepted);
  ScriptedSmtpServer unable(Friendly("(nothing)", {}, {}));
  CHECK(SmtpEmailProvider(PlainOptions(unable.port())).Send(email, Soon()).kind == Kind::kConfig);
  CHECK_FALSE(unable.HeardAny("MAIL"));
}

TEST_CASE("MAIL contains the message's size, so that the server can reject a large message before DATA",
          "[email]") {
  ScriptedSmtpServer server(
      Friendly("MAIL", {.text = "552 5.3.4 message size exceeds the limit"}, {"SIZE 100"}));
  const SendOutcome refused = SmtpEmailProvider(PlainOptions(server.port())).Send(SampleEmail(), Soon());
  CHECK(refused.kind == Kind::kNotExpressible);
  CHECK(server.HeardAny("MAIL FROM:<no-reply@example.com> SIZE="));
  CHECK(server.messages().empty());
}

TEST_CASE("Send rejects an invalid message and opens no connection", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  Email email = SampleEmail();
  email.content.subject = "Hello\r\nBcc: eve@example.org";
  CHECK(provider.Send(email, Soon()).kind == Kind::kMessageRejected);
  email = SampleEmail();
  email.to = "ada@example.org>\r\nRCPT TO:<eve@example.org";
  CHECK(provider.Send(email, Soon()).kind == Kind::kMessageRejected);
  CHECK(server.connections() == 0);
}

TEST_CASE(
    "Send returns kUnreachable if the connection closes before the final dot, and kUnknown after that dot",
    "[email]") {
  for (const Act act : {Act::kReplyAndClose, Act::kReset}) {
    for (const std::string beginning :
         {ScriptedSmtpServer::kGreeting, "EHLO", "MAIL", "RCPT", "DATA", ScriptedSmtpServer::kBody, "."}) {
      DYNAMIC_SECTION(beginning << " " << static_cast<int>(act)) {
        ScriptedSmtpServer server(Friendly(beginning, {.text = "", .act = act}));
        SmtpEmailProvider provider(PlainOptions(server.port()));
        Email email = SampleEmail();
        if (beginning == ScriptedSmtpServer::kBody) email.content.text.assign(kMoreThanSocketsHold, 'x');
        const SendOutcome outcome = provider.Send(email, Soon());
        CHECK(outcome.kind == (beginning == "." ? Kind::kUnknown : Kind::kUnreachable));
        CHECK_FALSE(outcome.error.empty());
        CHECK(server.messages().size() == (beginning == "." ? 1 : 0));
      }
    }
  }
}

TEST_CASE("Send returns at its deadline if the server does not reply", "[email]") {
  for (const std::string beginning :
       {ScriptedSmtpServer::kGreeting, "EHLO", "MAIL", "RCPT", "DATA", ScriptedSmtpServer::kBody}) {
    DYNAMIC_SECTION(beginning) {
      ScriptedSmtpServer server(Friendly(beginning, {.text = "", .act = Act::kStall}));
      SmtpEmailProvider provider(PlainOptions(server.port()));
      Email email = SampleEmail();
      if (beginning == ScriptedSmtpServer::kBody) email.content.text.assign(kMoreThanSocketsHold, 'x');
      const absl::Time rendering = absl::Now();
      REQUIRE(RenderMime(email).ok());
      const absl::Time begin = absl::Now();
      // Send also renders the message, which takes long with sanitizers.
      const absl::Duration rendered = begin - rendering;
      CHECK(provider.Send(email, Deadline::After(absl::Milliseconds(500))).kind == Kind::kUnreachable);
      CHECK(absl::Now() - begin < absl::Seconds(3) + 2 * rendered);
      CHECK(server.messages().empty());
    }
  }
}

TEST_CASE("after the deadline, Send opens no connection", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Deadline::After(absl::ZeroDuration())).kind == Kind::kUnreachable);
  CHECK(server.connections() == 0);
}

TEST_CASE("Send waits for the reply to the final dot even after the deadline", "[email]") {
  const Deadline deadline = Deadline::After(absl::Seconds(1));
  ScriptedSmtpServer server([deadline](const std::string& line) {
    if (line == ".") absl::SleepFor(deadline.remaining() + absl::Milliseconds(300));
    return FriendlyAnswer(line);
  });
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), deadline).kind == Kind::kAccepted);
  CHECK(deadline.expired());
}

TEST_CASE("Send returns kUnknown if no reply to the final dot arrives within final_dot_timeout", "[email]") {
  CHECK(SmtpOptions().final_dot_timeout == absl::Minutes(10));
  ScriptedSmtpServer server(Friendly(".", {.text = "", .act = Act::kStall}));
  SmtpOptions options = PlainOptions(server.port());
  options.final_dot_timeout = absl::Milliseconds(300);
  const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
  CHECK(outcome.kind == Kind::kUnknown);
  CHECK(outcome.error == "SMTP, final dot: no reply before the deadline");
}

TEST_CASE("Send returns kUnknown if the server replies to the final dot before Send has sent the dot",
          "[email]") {
  ScriptedSmtpServer server(Friendly("DATA", {.text = "354 go on\r\n250 2.0.0 Ok: queued as 1"}));
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kUnknown);
}

}  // namespace
}  // namespace keelson
