// Tests that the next e-mail provider takes over when a provider fails, and that operators see the error.
#include <atomic>
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/smtp/scripted_smtp_server.h"

namespace keelson::e2e {
namespace {

using notifications::v1::Message;
using notifications::v1::Provider;
using servers::ScriptedSmtpServer;
using servers::SmtpAnswer;
using Settings = ServiceProcess::Settings;

// An SMTP relay. Until Mend, the relay returns `reply` to commands that begin with `beginning`. It accepts
// all other commands.
class Relay {
 public:
  Relay(std::string beginning, std::string reply)
      : server_([this, beginning = std::move(beginning), reply = std::move(reply)](const std::string& line) {
          if (broken_ && line.starts_with(beginning)) return SmtpAnswer{.text = reply};
          return servers::FriendlyAnswer(line);
        }) {}

  // Returns settings for a service that sends through this relay, optionally followed by the file provider.
  // An open circuit breaker stays open for the default time unless `more` shortens it.
  Settings Configure(bool then_file, const Settings& more = {}) const {
    Settings settings = {then_file ? "email.providers=['smtp','file']" : "email.providers=['smtp']",
                         "email.smtp.host=127.0.0.1", StrCat("email.smtp.port=", server_.port()),
                         "email.smtp.tls=none"};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  }
  void Mend() { broken_ = false; }
  ScriptedSmtpServer& server() { return server_; }

 private:
  std::atomic<bool> broken_ = true;
  ScriptedSmtpServer server_;
};

// Settings with which an open circuit breaker sends its first probe after a short time.
const Settings kSoon = {"email.circuit.open=50ms", "email.circuit.max_open=100ms"};

std::vector<Message> List(const Client& client, const std::string& query = "") {
  const auto page = client(&Notifications::ListMessages, query);
  REQUIRE(Outcome(page) == "OK");
  return {page->messages().begin(), page->messages().end()};
}

Provider FirstProvider(const Client& client) {
  const auto listed = client(&Notifications::ListProviders, "");
  REQUIRE(listed->providers_size() > 0);
  return listed->providers(0);
}

void RegisterMany(const Client& client, int count) {
  for (int i = 0; i < count; ++i) RegisterUser(client, StrCat("user", i, "@example.com"));
}

bool AwaitCount(const Client& client, const std::string& state, std::size_t count) {
  return Await([&] { return List(client, "states: MESSAGE_STATE_" + state).size() == count; });
}

TEST_CASE("if the relay rejects the client or the sender, the next provider sends every message") {
  const auto& [beginning, reply] = GENERATE(table<std::string, std::string>({
      {"RCPT", "554 5.7.1 <ada@example.org>: Relay access denied"},
      {"RCPT", "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user relay"},
      {"RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"},
      {"MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"},
  }));
  CAPTURE(reply);
  const Folder folder;
  Relay relay(beginning, reply);
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/true));
  const Client client = service.Connect();
  RegisterMany(client, 5);
  CHECK(AwaitCount(client, "SENT", 5));
  for (const Message& message : List(client)) {
    CHECK(message.provider() == "file");
    CHECK(message.attempts() == 1);
  }
  const Provider smtp = FirstProvider(client);
  CHECK(smtp.circuit() != notifications::v1::CIRCUIT_STATE_CLOSED);
  CHECK_THAT(smtp.last_error(), Catch::Contains(reply.substr(0, 9)));
  CHECK(relay.server().messages().empty());
}

TEST_CASE("a temporary relay failure opens the circuit breaker, and the next provider sends the message") {
  const auto& [beginning, reply] = GENERATE(table<std::string, std::string>({
      {"MAIL", "452 4.3.1 Insufficient system storage"},
      {"DATA", "451 4.3.0 Error: queue file write error"},
      {".", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"},
  }));
  CAPTURE(reply);
  const Folder folder;
  Relay relay(beginning, reply);
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/true));
  const Client client = service.Connect();
  RegisterMany(client, 12);
  CHECK(AwaitCount(client, "SENT", 12));
  for (const Message& message : List(client)) CHECK(message.attempts() == 1);
  CHECK(FirstProvider(client).circuit() != notifications::v1::CIRCUIT_STATE_CLOSED);
}

TEST_CASE("a relay with an exhausted quota is paused, and the next provider sends the message") {
  const Folder folder;
  Relay relay(".", "454 4.5.0 daily quota exceeded");
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/true));
  const Client client = service.Connect();
  RegisterMany(client, 5);
  CHECK(AwaitCount(client, "SENT", 5));
  for (const Message& message : List(client)) CHECK(message.attempts() == 1);
  CHECK(FirstProvider(client).circuit() == notifications::v1::CIRCUIT_STATE_CLOSED);
  // Only the messages that were in flight when the relay first failed were sent to the relay.
  CHECK(relay.server().messages().size() <= 4);
}

TEST_CASE(
    "the next provider sends messages to recipients that the relay does not support; no circuit opens") {
  const Folder folder;
  Relay relay("(nothing)", "");
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/true));
  const Client client = service.Connect();
  for (int i = 0; i < 10; ++i) RegisterUser(client, StrCat("zoë", i, "@example.com"));
  RegisterUser(client, "ada@example.com");
  CHECK(AwaitCount(client, "SENT", 11));
  for (const Message& message : List(client)) {
    CHECK(message.provider() == (message.to() == "ada@example.com" ? "smtp" : "file"));
  }
  CHECK(FirstProvider(client).circuit() == notifications::v1::CIRCUIT_STATE_CLOSED);
}

TEST_CASE("a message that no provider supports becomes DEAD at once, and last_error contains the reason") {
  const Folder folder;
  Relay relay("(nothing)", "");
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/false));
  const Client client = service.Connect();
  RegisterUser(client, "zoë@example.com");
  REQUIRE(AwaitCount(client, "DEAD", 1));
  const Message dead = List(client).at(0);
  CHECK(dead.attempts() == 1);
  CHECK(dead.last_error() ==
        "the recipient's local part is not ASCII, and the server does not offer SMTPUTF8");
  RegisterUser(client, "ada@example.com");
  CHECK(AwaitCount(client, "SENT", 1));
}

TEST_CASE("no message is lost if a provider reports an invalid API key as an invalid message") {
  const Folder folder;
  MailApi api([](const MailApi::Request&) {
    return servers::ScriptedAnswer{
        .status = 400,
        .body = R"({"statusCode":400,"name":"validation_error","message":"API key is invalid"})"};
  });
  ServiceProcess service(folder.path(), api.settings(/*then_file=*/true));
  const Client client = service.Connect();
  RegisterMany(client, 5);
  CHECK(AwaitCount(client, "SENT", 5));
  CHECK(CountMails(service.mail_folder()) == 5);
  CHECK(FirstProvider(client).circuit() != notifications::v1::CIRCUIT_STATE_CLOSED);
}

TEST_CASE("unsent messages have the relay's error in last_error, and are sent once the relay accepts them") {
  const Folder folder;
  Relay relay("RCPT", "554 5.7.1 <ada@example.org>: Relay access denied");
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/false, kSoon));
  const Client client = service.Connect();
  RegisterMany(client, 3);
  CHECK(Await([&] {
    int explained = 0;
    for (const Message& message : List(client)) {
      if (message.last_error().find("Relay access denied") != std::string::npos) ++explained;
    }
    return explained == 3;
  }));
  for (const Message& message : List(client)) CHECK(message.state() != notifications::v1::MESSAGE_STATE_DEAD);
  relay.Mend();
  CHECK(AwaitCount(client, "SENT", 3));
  for (const Message& message : List(client)) CHECK(message.attempts() == 1);
}

TEST_CASE("a bulk retry affects only the DEAD messages that match the filter") {
  const Folder folder;
  Relay relay("RCPT", "550 5.1.1 no such user");
  ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/false));
  const Client client = service.Connect();
  RegisterMany(client, 5);
  REQUIRE(AwaitCount(client, "DEAD", 5));
  relay.Mend();
  const auto one = client(&Notifications::RetryMessages, Field("to", "USER3@example.com"));
  REQUIRE(Outcome(one) == "OK");
  CHECK(one->retried() == 1);
  CHECK(AwaitCount(client, "SENT", 1));

  int retried = 0;
  int calls = 0;
  std::string token;
  do {
    const auto page = client(&Notifications::RetryMessages, "page_size: 2 " + Field("page_token", token));
    REQUIRE(Outcome(page) == "OK");
    retried += page->retried();
    token = page->next_page_token();
    ++calls;
  } while (!token.empty());
  CHECK(retried == 4);
  CHECK(calls >= 2);
  CHECK(AwaitCount(client, "SENT", 5));
  const auto again = client(&Notifications::RetryMessages, "");
  REQUIRE(Outcome(again) == "OK");
  CHECK(again->retried() == 0);
  CHECK(again->next_page_token().empty());
  CHECK(Outcome(client(&Notifications::RetryMessages, "states: MESSAGE_STATE_SENT")) ==
        "INVALID_ARGUMENT FIELD_INVALID");
}

TEST_CASE("messages contain the product name, and EHLO contains the configured host name") {
  const Folder folder;
  Relay relay("(nothing)", "");
  const Settings named = {"email.from=Acme Shop <no-reply@acme.example>", "email.smtp.helo=app.acme.example"};
  std::string subject;
  SECTION("the product name is the display name in email.from") {
    ServiceProcess service(folder.path(), relay.Configure(/*then_file=*/false, named));
    RegisterUser(service.Connect(), "ada@example.com");
    REQUIRE(AwaitCount(service.Connect(), "SENT", 1));
    subject = List(service.Connect()).at(0).subject();
    CHECK_THAT(subject, Catch::Contains("Acme Shop"));
  }
  SECTION("the product name is email.product_name") {
    Settings settings = relay.Configure(/*then_file=*/false, named);
    settings.emplace_back("email.product_name=The Acme");
    ServiceProcess service(folder.path(), settings);
    RegisterUser(service.Connect(), "ada@example.com");
    REQUIRE(AwaitCount(service.Connect(), "SENT", 1));
    subject = List(service.Connect()).at(0).subject();
    CHECK_THAT(subject, Catch::Contains("The Acme"));
  }
  CHECK(subject.find("Keelson") == std::string::npos);
  REQUIRE(relay.server().messages().size() == 1);
  CHECK(relay.server().messages()[0].find("Keelson") == std::string::npos);
  CHECK(relay.server().HeardAny("EHLO app.acme.example"));
}

}  // namespace
}  // namespace keelson::e2e
