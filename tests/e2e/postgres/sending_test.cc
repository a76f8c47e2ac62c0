// Tests two processes that send the messages of one database.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "core/store/setting_repository.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"
#include "tests/support/seed.h"
#include "tests/support/smtp/scripted_smtp_server.h"

namespace keelson::e2e {
namespace {

using Act = servers::ScriptedAnswer::Act;

constexpr int kMessages = 2000;
constexpr int kCallers = 8;

// Returns a responder that fails one request in five, by an error status or a connection reset,
// and does not accept its message.
MailApi::Responder RefusesAtRandom(std::mt19937& random) {
  return [&random](const MailApi::Request& request) -> servers::ScriptedAnswer {
    switch (random() % 20) {
      case 0:
        return {.status = 503, .body = R"({"name":"internal_server_error","message":"busy"})"};
      case 1:
        return {.status = 429,
                .body = R"({"name":"rate_limit_exceeded","message":"too many"})",
                .headers = {"Retry-After: 0"}};
      case 2:
        return {.status = 500, .body = "<html>oops</html>"};
      case 3:
        return {.act = Act::kReset};
      default:
        return MailApi::Accepted(request);
    }
  };
}

// Returns a responder that accepts every message, but loses one response in ten.
MailApi::Responder LosesAtRandom(std::mt19937& random) {
  return [&random](const MailApi::Request& request) {
    servers::ScriptedAnswer answer = MailApi::Accepted(request);
    const auto chance = random() % 20;
    if (chance == 0) answer.act = Act::kReset;
    if (chance == 1) answer.act = Act::kCutShort;
    return answer;
  };
}

TEST_CASE("two processes send each of 2,000 messages exactly once through a randomly failing provider") {
  const Seed seed(7);
  std::mt19937 random(seed.value());  // only used while the server's mutex is locked
  MailApi api(RefusesAtRandom(random), LosesAtRandom(random));
  ServiceProcess::Settings settings = api.settings();
  settings.insert(settings.end(),
                  {"email.dispatch.max_attempts=100", "email.circuit.open=50ms",
                   "email.circuit.max_open=100ms", "email.dispatch.concurrency=8", "passwords.queue=1000"});
  Fleet fleet(2, settings);
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kCallers; ++i) clients.push_back(fleet.Connect(i % fleet.size()));
  const auto outcomes = AllAtOnce(kCallers, [&](int caller) {
    std::set<std::string> seen;
    for (int i = 0; i < kMessages / kCallers; ++i) {
      const std::string email = StrCat("user", caller, "-", i, "@example.com");
      seen.insert(Outcome(clients[static_cast<std::size_t>(caller)](
          &Accounts::RegisterUser, StrCat(Field("email", email), Field("password", kPassword)))));
    }
    return seen;
  });
  CHECK(outcomes == std::vector<std::set<std::string>>(kCallers, {"OK"}));
  const servers::PostgresSession database = ConnectToDatabase(fleet.folder());
  CHECK(Await([&] { return database.Value("SELECT count(*) FROM messages WHERE state <> 3") == "0"; },
              std::chrono::minutes(2)));

  const auto taken = api.taken();
  CHECK(taken.size() == kMessages);
  CHECK(api.changed().empty());
  // No recipient received two messages with different idempotency keys.
  std::vector<std::string> recipients;
  for (const auto& [key, request] : taken) recipients.push_back(request.to);
  std::sort(recipients.begin(), recipients.end());
  CHECK(std::adjacent_find(recipients.begin(), recipients.end()) == recipients.end());
}

// Regression: a stopping process did not renew the leases of its in-flight messages, so that another process
// sent them again.
TEST_CASE("a stopping process renews the lease of its in-flight message until the relay responds") {
  std::atomic<bool> answers = false;
  servers::ScriptedSmtpServer relay([&](const std::string& line) {
    while (line == "." && !answers) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return servers::FriendlyAnswer(line);
  });
  Fleet fleet(2, {R"(email.providers=["smtp"])", "email.smtp.host=127.0.0.1",
                  StrCat("email.smtp.port=", relay.port()), "email.smtp.tls=none",
                  "email.dispatch.timeout=500ms", "email.dispatch.lease=1s"});
  const ChildProcess& other = fleet[1].process();
  other.Signal(SIGSTOP);
  RegisterUser(fleet.Connect(0), "ada@example.com");
  CHECK(Await([&] { return relay.HeardAny("DATA"); }));
  other.Signal(SIGCONT);

  const servers::PostgresSession database = ConnectToDatabase(fleet.folder());
  const std::string first_end = database.Value("SELECT due_time FROM messages");
  int code = -1;
  std::thread stop([&] { code = fleet[0].Stop(); });
  // The lease ends at due_time. The process renews it until three times its duration have passed.
  const std::string renewed =
      StrCat("SELECT due_time > '", first_end, "'::timestamptz + interval '3s' FROM messages");
  CHECK(Await([&] { return database.Value(renewed) == "t"; }));
  CHECK(relay.messages().size() == 1);
  answers = true;
  stop.join();
  CHECK(code == 0);
  CHECK(database.Value("SELECT state FROM messages") == "3");
  CHECK(relay.messages().size() == 1);
}

}  // namespace
}  // namespace keelson::e2e
