// Connections: kept, given up and made anew.
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

TEST_CASE("messages one after the other share a connection, which ends with QUIT", "[email]") {
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

TEST_CASE("a kept connection that the server ended is not used", "[email]") {
  for (const std::string words : {"", "421 4.4.2 timeout exceeded"}) {
    // Its last reply and its end come together.
    ScriptedSmtpServer server(Friendly(
        ".",
        {.text = "250 2.0.0 Ok: queued as 1" + (words.empty() ? "" : "\r\n" + words), .act = Act::kEnd}));
    SmtpEmailProvider provider(PlainOptions(server.port()));
    for (int i = 1; i <= 3; ++i) {
      CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
      CHECK(server.connections() == i);
    }
  }
}

TEST_CASE("a kept connection that ends over MAIL is made anew, once", "[email]") {
  for (const SmtpAnswer& ending : {SmtpAnswer{.text = "", .act = Act::kReset},
                                   SmtpAnswer{.text = "421 4.7.0 enough", .act = Act::kEnd}}) {
    std::atomic<int> mails = 0;
    ScriptedSmtpServer server([&](const std::string& line) {
      const bool ends = line.starts_with("MAIL") && ++mails > 1 && mails != 3;
      return ends ? ending : FriendlyAnswer(line);
    });
    SmtpEmailProvider provider(PlainOptions(server.port()));
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(server.connections() == 2);
    // Twice in a row it is the server that is in trouble.
    CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
    CHECK(server.connections() == 3);
    CHECK(server.messages().size() == 2);
  }
}

TEST_CASE("after a refusal the next message begins anew", "[email]") {
  ScriptedSmtpServer server(Friendly("RCPT", {.text = "550 5.1.1 no such user"}));
  SmtpEmailProvider provider(PlainOptions(server.port()));
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kRecipientRejected);
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kRecipientRejected);
  CHECK(server.connections() == 2);
}

TEST_CASE("a connection carries a hundred messages", "[email]") {
  ScriptedSmtpServer server(Friendly());
  SmtpEmailProvider provider(PlainOptions(server.port()));
  for (int i = 0; i < 101; ++i) CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  CHECK(server.connections() == 2);
}

TEST_CASE("calls at the same time have a connection each, which is kept", "[email]") {
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
  // Eight at once, and one anew for each hundred.
  CHECK(server.connections() <= 10);
}

TEST_CASE("nobody at the port, or no such host: nothing was sent", "[email]") {
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

TEST_CASE("a probe connects, sends nothing and leaves", "[email]") {
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
