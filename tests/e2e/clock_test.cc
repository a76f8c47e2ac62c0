// Tests that setting the system clock while the service runs delays no work and fails no call.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "core/common/strings.h"
#include "core/store/setting_repository.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/settable_clock.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Expect = ServiceProcess::Expect;

constexpr char kAda[] = "ada@example.com";
// With long poll intervals, refunds and messages are still waiting when the test sets the clock.
const ServiceProcess::Settings kSlowJobs = {"payments.poll=2s", "email.dispatch.poll=2s"};

refunds::v1::Refund CreateRefund(const Client& client, const std::string& order_id, int minor_units) {
  const auto response =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(minor_units)));
  REQUIRE(Outcome(response) == "OK");
  return response->refund();
}

bool BecomesHealthy(const Client& client, bool healthy, const std::string& part = "") {
  return Await([&] { return client.Health(part) == (healthy ? "SERVING" : "NOT_SERVING"); });
}

bool Logged(ServiceProcess& service, const std::string& event_name) {
  return service.process().errors().find(StrCat("\"", event_name, "\"")) != std::string::npos;
}

TEST_CASE("setting the clock back delays neither refunds nor e-mails") {
  const Folder folder;
  SettableClock clock(folder);
  ServiceProcess service(folder.path(), kSlowJobs, Expect::kServing, clock.options());
  const Client client = service.Connect();
  const std::string order_id = DeliveredOrder(client, kAda, 3, 1000);
  const refunds::v1::Refund before = CreateRefund(client, order_id, 1000);
  clock.Step(-minutes(10));
  const refunds::v1::Refund after = CreateRefund(client, order_id, 1000);
  // The service's clock did not go back with the system clock.
  CHECK(after.create_time().seconds() >= before.create_time().seconds());
  AwaitRefund(client, before.id());
  AwaitRefund(client, after.id());
  // One verification e-mail, and one e-mail per refund.
  CHECK(AwaitMails(service.mail_folder(), kAda, 3).size() == 3);
  CHECK(Await([&] { return Logged(service, "clock.set_back"); }));
  CHECK_FALSE(Logged(service, "job.stalled"));
}

TEST_CASE("setting the clock back does not delay an e-mail that waits for Retry-After") {
  const Folder folder;
  SettableClock clock(folder);
  MailApi api([](const MailApi::Request& request) {
    if (request.repeats > 0) return MailApi::Accepted(request);
    return servers::ScriptedAnswer{.status = 429,
                                   .body = R"({"name":"rate_limit_exceeded","message":"Too many requests"})",
                                   .headers = {"Retry-After: 3"}};
  });
  ServiceProcess service(folder.path(), api.settings(), Expect::kServing, clock.options());
  RegisterUser(service.Connect(), kAda);
  REQUIRE(Await([&] { return Logged(service, "message.refused"); }));
  clock.Step(-minutes(10));
  CHECK(Await([&] { return api.taken().size() == 1; }));
}

// [sqlite]: the test moves the database file; postgres/clock_test.cc freezes the PostgreSQL server instead.
TEST_CASE("after the clock is set back, health still turns NOT_SERVING when the database is missing",
          "[sqlite]") {
  const Folder folder;
  SettableClock clock(folder);
  ServiceProcess service(folder.path(), {}, Expect::kServing, clock.options());
  const Client client = service.Connect();
  clock.Step(-minutes(10));
  std::filesystem::rename(folder / "keelson.db", folder / "away.db");
  CHECK(BecomesHealthy(client, false));
  std::filesystem::rename(folder / "away.db", folder / "keelson.db");
  CHECK(BecomesHealthy(client, true));
}

TEST_CASE("no in-flight call fails when the clock is set forward or back") {
  const Folder folder;
  SettableClock clock(folder);
  ServiceProcess service(folder.path(), {"passwords.queue=1000"}, Expect::kServing, clock.options());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kAda);
  std::atomic<bool> over = false;
  std::jthread stepping([&] {
    for (int i = 0; i < 40; ++i) {
      clock.Step(i % 2 == 0 ? minutes(10) : -minutes(10));
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    over = true;
  });
  const std::vector<std::set<std::string>> outcomes = AllAtOnce(4, [&](int caller) {
    std::set<std::string> seen;
    for (int i = 0; !over; ++i) {
      seen.insert(Outcome(client(&Accounts::GetUser, Field("id", user_id))));
      const std::string email = StrCat("user", caller, "-", i, "@example.com");
      seen.insert(Outcome(
          client(&Accounts::RegisterUser, StrCat(Field("email", email), Field("password", kPassword)))));
    }
    return seen;
  });
  for (const std::set<std::string>& seen : outcomes) CHECK(seen == std::set<std::string>{"OK"});
  CHECK(client.Health() == "SERVING");
}

TEST_CASE("an in-flight e-mail is not claimed again when the clock is set forward past its lease") {
  const Folder folder;
  SettableClock clock(folder);
  MailApi api(MailApi::Accepted, [](const MailApi::Request& request) {
    servers::ScriptedAnswer response = MailApi::Accepted(request);
    if (request.to == kAda) response.delay = seconds(3);
    return response;
  });
  ServiceProcess service(folder.path(), api.settings(), Expect::kServing, clock.options());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  REQUIRE(Await([&] { return api.requests().size() == 1; }));
  const std::string message_id = api.requests()[0].key;
  clock.Step(minutes(10));
  // When the service claims the message of this registration, it would also claim the first message if the
  // lease of that message had expired.
  RegisterUser(client, "bob@example.com");
  REQUIRE(Await([&] { return api.requests().size() == 2; }));
  const auto get = [&] { return client(&Notifications::GetMessage, Field("id", message_id))->message(); };
  CHECK(Await([&] { return get().state() == notifications::v1::MESSAGE_STATE_SENT; }));
  CHECK(get().attempts() == 1);
  CHECK(api.requests().size() == 2);
  CHECK_FALSE(Logged(service, "message.lease_lost"));
}

TEST_CASE("a service that starts after the clock was set back delays neither refunds nor e-mails") {
  const Folder folder;
  SettableClock clock(folder);
  std::string refund_id;
  {
    ServiceProcess service(folder.path(), {"payments.poll=1h"}, Expect::kServing, clock.options());
    const Client client = service.Connect();
    refund_id = CreateRefund(client, DeliveredOrder(client, kAda, 3, 1000), 1000).id();
    // Waits until the message is sent: a message that a killed process had claimed would wait for its lease
    // to expire.
    AwaitMails(service.mail_folder(), kAda, 1);
    service.Kill();
  }
  clock.Step(-minutes(10));
  ServiceProcess service(folder.path(), {}, Expect::kServing, clock.options());
  AwaitRefund(service.Connect(), refund_id);
  CHECK(AwaitMails(service.mail_folder(), kAda, 2).size() == 2);
}

TEST_CASE("the health service reports each background job") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  for (const std::string job : {"health", "keep_outbox", "probe_email_providers", "send_messages",
                                "settle_refunds", "record_session_uses", "count_sessions", "purge_expired"}) {
    INFO(job);
    CHECK(BecomesHealthy(client, true, StrCat("job.", job)));
  }
}

}  // namespace
}  // namespace keelson::e2e
