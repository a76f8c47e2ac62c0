// Tests the reuse and the replacement of connections.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "absl/time/clock.h"
#include "core/notifications/message_repository.h"
#include "tests/contract/smtp/fixture.h"

namespace keelson {
namespace {

using Act = SmtpAnswer::Act;

TEST_CASE("consecutive messages share a connection, which ends with QUIT", "[email]") {
  ScriptedSmtpServer server(Friendly());
  {
    SmtpEmailProvider provider(PlainOptions(server.port()));
    for (int i = 0; i < 5; ++i) CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(server.connections() == 1);
    CHECK(server.messages().size() == 5);
    CHECK_FALSE(server.HeardAny("QUIT"));
  }
  const Deadline patience = Soon();
  while (!server.HeardAny("QUIT") && !patience.expired()) std::this_thread::yield();
  CHECK(server.HeardAny("QUIT"));
}

TEST_CASE("an idle connection that the server closed is not reused", "[email]") {
  for (const std::string words : {"", "421 4.4.2 timeout exceeded"}) {
    // The server closes the connection together with its last reply.
    ScriptedSmtpServer server(
        Friendly(".", {.text = "250 2.0.0 Ok: queued as 1" + (words.empty() ? "" : "\r\n" + words),
                       .act = Act::kReplyAndClose}));
    SmtpEmailProvider provider(PlainOptions(server.port()));
    for (int i = 1; i <= 3; ++i) {
      CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
      CHECK(server.connections() == i);
    }
  }
}

TEST_CASE("if an idle connection closes at MAIL, the message is sent once over a new connection", "[email]") {
  for (const SmtpAnswer& ending : {SmtpAnswer{.text = "", .act = Act::kReset},
                                   SmtpAnswer{.text = "421 4.7.0 enough", .act = Act::kReplyAndClose}}) {
    std::atomic<int> mails = 0;
    ScriptedSmtpServer server([&](const std::string& line) {
      const bool ends = line.starts_with("MAIL") && ++mails > 1 && mails != 3;
      return ends ? ending : FriendlyAnswer(line);
    });
    SmtpEmailProvider provider(PlainOptions(server.port()));
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(server.connections() == 2);
    // The new connection closes as well: the server is unreachable.
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
    CHECK(server.connections() == 3);
    CHECK(server.messages().size() == 2);
  }
}

TEST_CASE("after a rejected message, the next message uses a new connection", "[email]") {
  ScriptedSmtpServer server(Friendly("RCPT", {.text = "550 5.1.1 no such user"}));
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kRecipientRejected);
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kRecipientRejected);
  CHECK(server.connections() == 2);
}

TEST_CASE("a connection is replaced after 100 messages", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  for (int i = 0; i < 101; ++i) CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  CHECK(server.connections() == 2);
}

TEST_CASE("each concurrent call uses its own connection, and connections are reused", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  std::vector<std::thread> threads;
  std::vector<int> accepted(8);
  for (int& count : accepted) {
    threads.emplace_back([&count, &provider] {
      for (int i = 0; i < 25; ++i) {
        if (provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == std::vector<int>(8, 25));
  CHECK(server.messages().size() == 200);
  // Eight concurrent connections, and one new connection per 100 messages.
  CHECK(server.connections() <= 10);
}

TEST_CASE(
    "Send returns kUnreachable for a refused connection or an unknown host, and kConfig for an invalid host",
    "[email]") {
  const int gone = ScriptedSmtpServer(Friendly()).port();
  SmtpOptions nameless = PlainOptions(25);
  nameless.host = "nowhere.invalid";
  SmtpOptions misnamed = PlainOptions(25);
  misnamed.host = "relay/?@x y";
  SmtpEmailProvider refused(PlainOptions(gone));
  CHECK(refused.Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
  CHECK(refused.Probe(Soon()).kind == Kind::kUnreachable);
  CHECK(SmtpEmailProvider(std::move(nameless)).Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
  CHECK(SmtpEmailProvider(std::move(misnamed)).Send(SampleEmail(), Soon()).kind == Kind::kConfig);
}

TEST_CASE("a probe connects and quits without sending a message", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Probe(Soon()).kind == Kind::kAccepted);
  const Deadline patience = Soon();
  while (!server.HeardAny("QUIT") && !patience.expired()) std::this_thread::yield();
  const auto heard = server.heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].line.starts_with("EHLO "));
  CHECK(heard[1].line == "QUIT");
  CHECK(provider.name() == "smtp");
}

}  // namespace
}  // namespace keelson
