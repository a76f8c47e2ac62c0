// Tests sending through a provider with an HTTP API: requests, resends and failover.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <optional>

#include "core/common/strings.h"
#include "core/store/setting_repository.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {
namespace {

using Act = servers::ScriptedAnswer::Act;

ServiceProcess::Settings With(ServiceProcess::Settings settings, const ServiceProcess::Settings& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

std::string Address(const std::string& name, int number) {
  return StrCat(name, number, "@example.com");
}

void RegisterMany(const Client& client, const std::string& name, int count) {
  for (int i = 0; i < count; ++i) RegisterUser(client, Address(name, i));
}

int CountOf(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_CASE("a message is sent over HTTP with its id as the idempotency key") {
  const Folder folder;
  MailApi api;
  ServiceProcess service(folder.path(), api.settings());
  RegisterUser(service.Connect(), "ada@example.com");
  REQUIRE(Await([&] { return api.taken().size() == 1; }));
  const auto taken = api.taken();
  const auto& [key, request] = *taken.begin();
  CHECK(key.starts_with("message_"));
  CHECK(request.to == "ada@example.com");
  CHECK(request.text.find("http://localhost:3000/verify-email?token=") != std::string::npos);
  CHECK(service.Stop() == 0);
  CHECK(api.requests().size() == 1);
}

TEST_CASE(
    "after a lost response, the same bytes are resent to the same provider with the same idempotency key") {
  const Folder folder;
  MailApi api(MailApi::Accepted, [](const MailApi::Request& request) {
    servers::ScriptedAnswer response = MailApi::Accepted(request);
    if (request.repeats == 0) response.act = Act::kCutShort;
    if (request.repeats == 1) response.act = Act::kReset;
    return response;
  });
  // Every attempt with a lost response counts as a failure of the provider, so that the circuit breaker
  // opens at the tenth call. By then, the provider has received all four messages: three messages take nine
  // calls. A message that the provider never received would go to the next provider.
  ServiceProcess service(folder.path(), With(api.settings(/*then_file=*/true),
                                             {"email.circuit.open=50ms", "email.circuit.min_calls=10"}));
  RegisterMany(service.Connect(), "user", 4);
  CHECK(Await([&] { return api.requests().size() >= 12; }));
  CHECK(service.Stop() == 0);
  CHECK(api.requests().size() == 12);
  CHECK(api.taken().size() == 4);
  CHECK(api.changed().empty());
  CHECK(CountMails(service.mail_folder()) == 0);
}

TEST_CASE("a message in flight during kill -9 is resent with the same idempotency key and bytes") {
  const Folder folder;
  std::optional<ServiceProcess> service;
  pid_t victim = 0;
  MailApi api(MailApi::Accepted, [&](const MailApi::Request& request) {
    if (request.repeats == 0) kill(victim, SIGKILL);
    return MailApi::Accepted(request);
  });
  const auto settings =
      With(api.settings(/*then_file=*/true), {"email.dispatch.timeout=500ms", "email.dispatch.lease=1s"});
  service.emplace(folder.path(), settings);
  victim = service->process().pid();
  RegisterUser(service->Connect(), "ada@example.com");
  CHECK(service->process().Wait() == -SIGKILL);
  CHECK(api.taken().size() == 1);
  service.emplace(folder.path(), settings);
  CHECK(Await([&] { return api.requests().size() == 2; }));
  CHECK(service->Stop() == 0);
  CHECK(api.requests().size() == 2);
  CHECK(api.taken().size() == 1);
  CHECK(api.changed().empty());
  CHECK(CountMails(service->mail_folder()) == 0);
}

TEST_CASE("a provider that rejects the API key gets no more messages, and the next provider sends them") {
  const Folder folder;
  MailApi api([](const MailApi::Request&) {
    return servers::ScriptedAnswer{.status = 401,
                                   .body = R"({"name":"invalid_api_key","message":"API key is invalid"})"};
  });
  ServiceProcess service(folder.path(), api.settings(/*then_file=*/true));
  RegisterMany(service.Connect(), "user", 10);
  CHECK(Await([&] { return CountMails(service.mail_folder()) == 10; }));
  // Only the messages that were in flight at the first rejection were sent to the provider.
  CHECK(api.requests().size() <= 4);
  CHECK(service.process().errors().find("re_test") == std::string::npos);
}

TEST_CASE("if a provider is unreachable, the next provider sends every message") {
  const Folder folder;
  ServiceProcess service(folder.path(),
                         {R"(email.providers=["resend","file"])", "email.resend.api_key=re_test",
                          "email.resend.base_url=http://127.0.0.1:1"});
  RegisterMany(service.Connect(), "user", 10);
  CHECK(Await([&] { return CountMails(service.mail_folder()) == 10; }));
}

TEST_CASE("fifty rejected messages at the head of the queue do not prevent the sending of later messages") {
  const Folder folder;
  MailApi api([](const MailApi::Request& request) {
    if (!request.to.starts_with("poison")) return MailApi::Accepted(request);
    return servers::ScriptedAnswer{.status = 422,
                                   .body = R"({"name":"validation_error","message":"Invalid `to` field."})"};
  });
  ServiceProcess service(folder.path(), api.settings());
  const Client client = service.Connect();
  RegisterMany(client, "poison", 50);
  RegisterMany(client, "user", 20);
  CHECK(Await([&] { return api.taken().size() == 20; }));
  CHECK(Await([&] { return CountOf(service.process().errors(), "\"message.dead\"") == 50; }));
  CHECK(service.Stop() == 0);
  CHECK(api.requests().size() == 70);
}

TEST_CASE("after a 429 response, the service waits for Retry-After and loses no message") {
  const Folder folder;
  const auto named = std::chrono::seconds(1);
  std::optional<std::chrono::steady_clock::time_point> until;
  std::atomic<int> early = 0;
  MailApi api([&](const MailApi::Request& request) {
    const auto now = std::chrono::steady_clock::now();
    if (!until) {
      until = now + named;
      return servers::ScriptedAnswer{
          .status = 429,
          .body = R"({"name":"rate_limit_exceeded","message":"Too many requests"})",
          .headers = {"Retry-After: 1"}};
    }
    if (now < *until) ++early;
    return MailApi::Accepted(request);
  });
  ServiceProcess service(folder.path(), With(api.settings(), {"email.dispatch.concurrency=1"}));
  RegisterMany(service.Connect(), "user", 5);
  CHECK(Await([&] { return api.taken().size() == 5; }));
  CHECK(early == 0);
}

}  // namespace
}  // namespace keelson::e2e
