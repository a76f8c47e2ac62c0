// Several processes share a database and are killed repeatedly under load: no write, message or refund is
// lost, and no write or refund is duplicated.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "absl/strings/escaping.h"
#include "core/common/id.h"
#include "core/common/strings.h"
#include "core/notifications/provider_queue.h"
#include "tests/e2e/postgres/support/audit.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/postgres/support/patient_caller.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr std::size_t kServices = 3;
constexpr int kCallers = 8;
constexpr int kCrashes = 10;
constexpr int kJourneysBetweenCrashes = 15;
// Maximum number of in-flight messages of a process when it is killed.
constexpr int kMaxInFlightMessages = ProviderQueue::kMaxLoad;

const ServiceProcess::Settings kSettings = {"store.postgres.pool_size=8", "passwords.queue=1000",
                                            "email.dispatch.timeout=500ms", "email.dispatch.lease=1s"};

std::string RequestId(const std::string& name, const std::string& step) {
  return Field("request_id", StrCat(name, "-", step));
}

// Registers a user, and creates, pays, ships and delivers an order of three units; refunds one unit twice.
void RunJourney(PatientCaller& caller, const std::string& name) {
  const auto user = caller.Ask(&Accounts::RegisterUser,
                               StrCat(RequestId(name, "register"), Field("email", name + "@example.com"),
                                      Field("password", kPassword)));
  const auto order =
      caller.Ask(&Orders::CreateOrder, StrCat(RequestId(name, "order"), Field("user_id", user.user().id()),
                                              "lines { quantity: 3 ", Euros("unit_price", 1000), "}"));
  const std::string id = Field("id", order.order().id());
  caller.Ask(&Orders::PayOrder, StrCat(RequestId(name, "pay"), id, Euros("amount", 3000)));
  caller.Ask(&Orders::ShipOrder, StrCat(RequestId(name, "ship"), id));
  caller.Ask(&Orders::DeliverOrder, StrCat(RequestId(name, "deliver"), id));
  for (const char* step : {"refund1", "refund2"}) {
    caller.Ask(&Refunds::CreateRefund,
               StrCat(RequestId(name, step), Field("order_id", order.order().id()), UnitsScope(1)));
  }
}

// Repeats RunJourney until `over`. Returns the first error, or an empty text.
std::string RunJourneysUntil(const std::atomic<bool>& over, PatientCaller& caller, int number,
                             std::atomic<int>& journeys) {
  try {
    for (int i = 0; !over; ++i) {
      RunJourney(caller, StrCat("traveller", number, "-", i));
      ++journeys;
    }
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Expires the leases of refunds that a killed process was settling, so that the test does not wait two
// minutes. Call this repeatedly: the server may still commit or roll back the last transaction of a killed
// process.
void EndLeases(const servers::PostgresSession& database, const std::string& begun_before) {
  database.Execute(
      StrCat("UPDATE refunds SET due_time = create_time WHERE id IN "
             "(SELECT id FROM refunds WHERE state = 3 AND update_time < '",
             begun_before, "' AND due_time > create_time FOR UPDATE SKIP LOCKED)"));
}

// Returns one line for each unsettled refund, unsent message and unnumbered event.
std::string ListUnfinished(const servers::PostgresSession& database) {
  const char* find =
      "SELECT format('refund %s is %s since %s, due %s, attempts %s', id, state, update_time, due_time, "
      "attempts) FROM refunds WHERE state <> 4 UNION ALL "
      "SELECT format('message %s is %s, due %s, attempts %s: %s', id, state, due_time, attempts, last_error) "
      "FROM messages WHERE state <> 3 UNION ALL "
      "SELECT format('event %s waits for its number', ordinal) FROM event_inbox";
  std::string undone;
  for (const auto& row : database.Query(find)) undone += row[0] + "\n";
  return undone;
}

// Returns the number of send attempts of each message, by the name of its mail file.
std::map<std::string, int> Attempts(const servers::PostgresSession& database) {
  std::map<std::string, int> attempts;
  for (const auto& row : database.Query("SELECT encode(uuid_send(id), 'hex'), attempts FROM messages")) {
    Uuid uuid;
    const std::string bytes = absl::HexStringToBytes(row[0]);
    std::copy(bytes.begin(), bytes.end(), uuid.begin());
    attempts[MessageId(uuid).ToString() + ".eml"] = std::stoi(row[1]);
  }
  return attempts;
}

// Expects every message in a mail folder. A message may be in several folders only if a process was killed
// before it had saved the outcome of the first attempt.
void CheckMails(const Fleet& fleet, const servers::PostgresSession& database) {
  std::map<std::string, int> copies;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    for (const Mail& mail : ReadMails(fleet.mail_folder(i))) ++copies[mail.file];
  }
  std::vector<std::string> missing, sent_too_often;
  int repeated = 0;
  const std::map<std::string, int> attempts = Attempts(database);
  for (const auto& [file, count] : attempts) {
    if (copies[file] == 0) missing.push_back(file);
    if (copies[file] > count) sent_too_often.push_back(file);
    repeated += count - 1;
  }
  CHECK(missing.empty());
  CHECK(sent_too_often.empty());
  CHECK(copies.size() == attempts.size());
  CHECK(repeated <= kCrashes * kMaxInFlightMessages);
}

TEST_CASE(
    "killing three processes on one database in turn loses no write and duplicates no write or refund") {
  Fleet fleet(kServices, kSettings);
  std::vector<PatientCaller> callers;
  for (std::size_t i = 0; i < kCallers; ++i) callers.emplace_back(fleet, i);
  std::atomic<bool> over = false;
  std::atomic<int> journeys = 0;
  std::vector<std::string> faults;
  std::jthread load([&] {
    faults = AllAtOnce(kCallers, [&](int i) {
      return RunJourneysUntil(over, callers[static_cast<std::size_t>(i)], i, journeys);
    });
  });
  for (int i = 0; i < kCrashes; ++i) {
    const int before = journeys;
    CHECK(Await([&] { return journeys >= before + kJourneysBetweenCrashes; }));
    fleet.Crash(static_cast<std::size_t>(i) % fleet.size());
  }
  over = true;
  load.join();
  CHECK(faults == std::vector<std::string>(kCallers));

  const servers::PostgresSession database = ConnectToDatabase(fleet.folder());
  const std::string end_of_load = database.Value("SELECT now()");
  std::string undone;
  const bool done = Await([&] {
    EndLeases(database, end_of_load);
    return (undone = ListUnfinished(database)).empty();
  });
  INFO("at " << database.Value("SELECT now()") << "\n" << undone);
  CHECK(done);
  const std::vector<std::string> differences =
      AllAtOnce(kCallers, [&](int i) { return callers[static_cast<std::size_t>(i)].RepeatAll(); });
  CHECK(differences == std::vector<std::string>(kCallers));

  const int once = journeys;
  AuditRefunds(fleet.folder());
  CHECK(AuditedEvents(fleet.folder()) == std::map<std::string, int>{{"user.registered", once},
                                                                    {"order.created", once},
                                                                    {"order.paid", once},
                                                                    {"order.shipped", once},
                                                                    {"order.delivered", once},
                                                                    {"refund.requested", 2 * once},
                                                                    {"refund.processing", 2 * once},
                                                                    {"refund.succeeded", 2 * once},
                                                                    {"message.queued", 3 * once},
                                                                    {"message.sent", 3 * once}});
  CheckMails(fleet, database);
}

}  // namespace
}  // namespace keelson::e2e
