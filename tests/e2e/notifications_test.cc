// Tests the calls by which operators list, cancel and retry messages, preview templates and send test
// messages.
#include <openssl/sha.h>

#include <catch2/catch.hpp>

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using notifications::v1::Message;
using Ids = std::vector<std::string>;

Message Get(const Client& client, const std::string& id) {
  const auto got = client(&Notifications::GetMessage, Field("id", id));
  REQUIRE(Outcome(got) == "OK");
  return got->message();
}

// Waits until the message has the state `state`, and returns the message.
Message AwaitState(const Client& client, const std::string& id, notifications::v1::MessageState state) {
  Message message;
  REQUIRE(Await([&] {
    message = Get(client, id);
    return message.state() == state;
  }));
  return message;
}

std::vector<Message> List(const Client& client, const std::string& query) {
  const auto page = client(&Notifications::ListMessages, query);
  REQUIRE(Outcome(page) == "OK");
  return {page->messages().begin(), page->messages().end()};
}

std::string SendTest(const Client& client, const std::string& to) {
  const auto sent = client(&Notifications::SendTestMessage, Field("to", to));
  REQUIRE(Outcome(sent) == "OK");
  return sent->message().id();
}

TEST_CASE("a message can be tracked from registration until it is SENT") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "Ada@Example.com");
  const std::vector<Message> owed = List(client, Field("user_id", user_id));
  REQUIRE(owed.size() == 1);
  const Message sent = AwaitState(client, owed[0].id(), notifications::v1::MESSAGE_STATE_SENT);
  CHECK(sent.template_() == "verify_email");
  CHECK(sent.to() == "Ada@Example.com");
  CHECK(sent.user_id() == user_id);
  CHECK(sent.attempts() == 1);
  CHECK(sent.provider() == "file");
  CHECK_FALSE(sent.provider_message_id().empty());
  CHECK(sent.has_send_time());
  CHECK_FALSE(sent.has_next_attempt_time());
  const Mail mail = AwaitMails(service.mail_folder(), "Ada@example.com", 1).front();
  CHECK(mail.file == StrCat(sent.id(), ".eml"));
  CHECK(sent.subject() == mail.subject);
  CHECK(sent.DebugString().find(TokenIn(mail)) == std::string::npos);

  CHECK(List(client, Field("to", "ADA@example.COM") + "states: MESSAGE_STATE_SENT").size() == 1);
  CHECK(List(client, "states: MESSAGE_STATE_DEAD").empty());
  CHECK(List(client, Field("to", "bob@example.com")).empty());
  CHECK(Outcome(client(&Notifications::GetMessage, Field("id", user_id))) ==
        "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(client(&Notifications::GetMessage, Field("id", "message_01h455vb4pex5vsknk084sn02q"))) ==
        "NOT_FOUND MESSAGE_NOT_FOUND");
}

TEST_CASE("messages are paged newest first, and a page token is rejected if the filter differs") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  Ids expected;
  for (int i = 0; i < 5; ++i) expected.insert(expected.begin(), SendTest(client, "ops@example.com"));
  Ids seen;
  std::string token;
  do {
    const auto page =
        client(&Notifications::ListMessages, StrCat("page_size: 2 ", Field("page_token", token)));
    REQUIRE(Outcome(page) == "OK");
    for (const Message& message : page->messages()) seen.push_back(message.id());
    token = page->next_page_token();
    if (!token.empty()) {
      CHECK(
          Outcome(client(&Notifications::ListMessages, Field("page_token", token) + Field("to", "a@b.de"))) ==
          "INVALID_ARGUMENT PAGE_TOKEN_INVALID");
    }
  } while (!token.empty());
  CHECK(seen == expected);
}

TEST_CASE("a test message is sent by the named provider to the given recipient") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"email.providers=['log','file']"});
  const Client client = service.Connect();
  const auto queued =
      client(&Notifications::SendTestMessage, Field("to", " Ops@Example.com ") + Field("provider", "file"));
  REQUIRE(Outcome(queued) == "OK");
  CHECK(queued->message().state() == notifications::v1::MESSAGE_STATE_QUEUED);
  CHECK(queued->message().user_id().empty());
  const Message sent = AwaitState(client, queued->message().id(), notifications::v1::MESSAGE_STATE_SENT);
  CHECK(sent.provider() == "file");
  const Mail mail = AwaitMails(service.mail_folder(), "Ops@example.com", 1).front();
  CHECK_THAT(mail.text, Catch::Contains("Provider: file"));

  const std::string by_order = SendTest(client, "ops@example.com");
  CHECK(AwaitState(client, by_order, notifications::v1::MESSAGE_STATE_SENT).provider() == "log");

  const auto refused =
      client(&Notifications::SendTestMessage, Field("to", "nobody") + Field("provider", "pigeon"));
  CHECK(Outcome(refused) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(refused.status) == " to provider");
}

TEST_CASE("an unsent message can be cancelled; a CANCELLED message can be neither cancelled nor retried") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  // Replaces the mail directory with a file, so that sending fails.
  std::filesystem::remove_all(service.mail_folder());
  WriteFile(service.mail_folder(), "");
  const std::string id = SendTest(client, "ops@example.com");
  REQUIRE(Await([&] { return !Get(client, id).last_error().empty(); }));
  // CancelMessage fails while a send attempt is in flight, so the test repeats the call.
  REQUIRE(Await([&] { return Outcome(client(&Notifications::CancelMessage, Field("id", id))) == "OK"; }));
  CHECK(Get(client, id).state() == notifications::v1::MESSAGE_STATE_CANCELLED);
  const auto again = client(&Notifications::CancelMessage, Field("id", id));
  CHECK(Outcome(again) == "FAILED_PRECONDITION MESSAGE_STATE");
  CHECK(Facts(again.status) == " expected=QUEUED or DEAD state=CANCELLED");
  const auto retried = client(&Notifications::RetryMessage, Field("id", id));
  CHECK(Outcome(retried) == "FAILED_PRECONDITION MESSAGE_STATE");
  CHECK(Facts(retried.status) == " expected=DEAD state=CANCELLED");
}

TEST_CASE("RetryMessage queues a DEAD message again, and the service sends it") {
  const Folder folder;
  std::string id;
  {
    ServiceProcess service(folder.path());
    id = SendTest(service.Connect(), "ops@example.com");
    AwaitState(service.Connect(), id, notifications::v1::MESSAGE_STATE_SENT);
    CHECK(service.Stop() == 0);
  }
  // Sets the message to the state that it has after max_attempts failed attempts.
  ExecuteInStore(folder.path(),
                 "UPDATE messages SET state = 4, subject = '', attempts = 12, send_time = NULL, variables = "
                 "'{\"display_name\":\"\",\"provider\":\"file\",\"time\":\"now\"}'");
  std::filesystem::remove_all(folder / "mail");
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(Get(client, id).state() == notifications::v1::MESSAGE_STATE_DEAD);
  const auto retried = client(&Notifications::RetryMessage, Field("id", id));
  REQUIRE(Outcome(retried) == "OK");
  CHECK(retried->message().state() == notifications::v1::MESSAGE_STATE_QUEUED);
  CHECK(retried->message().attempts() == 0);
  CHECK(retried->message().has_next_attempt_time());
  CHECK(AwaitState(client, id, notifications::v1::MESSAGE_STATE_SENT).attempts() == 1);
  CHECK(AwaitMails(service.mail_folder(), "ops@example.com", 1).size() == 1);
}

TEST_CASE("a template preview uses the requested locale and sends nothing") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const auto german = client(&Notifications::PreviewTemplate, "template: 'verify_email' locale: 'de-AT'");
  REQUIRE(Outcome(german) == "OK");
  CHECK_THAT(german->subject(), Catch::Contains("Adresse"));
  CHECK_THAT(german->text(), Catch::Contains("http"));
  CHECK_THAT(german->html(), Catch::Contains("<"));
  const auto english = client(&Notifications::PreviewTemplate, "template: 'verify_email'");
  CHECK(english->subject() != german->subject());
  CHECK(Outcome(client(&Notifications::PreviewTemplate, "template: 'no_such'")) ==
        "NOT_FOUND TEMPLATE_NOT_FOUND");
  CHECK(Outcome(client(&Notifications::PreviewTemplate, "template: 'welcome' locale: '?'")) ==
        "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(List(client, "").empty());
}

TEST_CASE("ListProviders returns the providers with their counters in failover order") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"email.providers=['file','log']"});
  const Client client = service.Connect();
  const std::string id = SendTest(client, "ops@example.com");
  AwaitState(client, id, notifications::v1::MESSAGE_STATE_SENT);
  const auto list = [&] { return client(&Notifications::ListProviders, ""); };
  REQUIRE(Await([&] { return list()->providers_size() == 2 && list()->providers(0).sent() == 1; }));
  const auto listed = list();
  CHECK(listed->providers(0).name() == "file");
  CHECK(listed->providers(0).circuit() == notifications::v1::CIRCUIT_STATE_CLOSED);
  CHECK(listed->providers(0).failed() == 0);
  CHECK(listed->providers(1).name() == "log");
  CHECK(listed->providers(1).sent() == 0);
}

TEST_CASE("readers may read messages; only administrators may change them") {
  const Folder folder;
  const auto configured = [](const std::string& name) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return StrCat("{name='", name, "',roles=['", name, "'],token_sha256='", absl::BytesToHexString(digest),
                  "'}");
  };
  ServiceProcess service(folder.path(),
                         {"auth.mode=token", StrCat("auth.clients=[", configured("reader"), ",",
                                                    configured("writer"), ",", configured("admin"), "]")});
  const auto as = [&](const std::string& name) {
    Client client = service.Connect();
    client.Authorize(name);
    return client;
  };
  const std::string id = SendTest(as("admin"), "ops@example.com");
  CHECK(Outcome(as("nobody")(&Notifications::GetMessage, Field("id", id))) ==
        "UNAUTHENTICATED CALLER_UNKNOWN");
  for (const char* name : {"reader", "writer"}) {
    const Client client = as(name);
    CHECK(Get(client, id).id() == id);
    CHECK(List(client, "").size() == 1);
    CHECK(Outcome(client(&Notifications::ListProviders, "")) == "OK");
    CHECK(Outcome(client(&Notifications::PreviewTemplate, "template: 'welcome'")) == "OK");
    const std::string denied = "PERMISSION_DENIED CALLER_NOT_ALLOWED";
    CHECK(Outcome(client(&Notifications::SendTestMessage, Field("to", "a@example.com"))) == denied);
    CHECK(Outcome(client(&Notifications::CancelMessage, Field("id", id))) == denied);
    CHECK(Outcome(client(&Notifications::RetryMessage, Field("id", id))) == denied);
    CHECK(Outcome(client(&Notifications::RetryMessages, "")) == denied);
  }
}

}  // namespace
}  // namespace keelson::e2e
