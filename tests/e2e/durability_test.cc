// Tests durability: acknowledged writes survive kill -9, and repeats of unacknowledged calls have no second
// effect.
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr int kWriters = 16;
constexpr int kRounds = 5;
constexpr int kAcknowledgedBeforeKill = 300;
constexpr int kMaxCallsOfARound = 400;
constexpr std::int64_t kCents = 7;

// A caller that records its requests and their responses by request id.
struct Writer {
  std::string name;
  std::string order_id;
  int calls = 0;
  // The ids in the responses, by request id; an id is empty if the call got no response.
  std::map<std::string, std::string> users;
  std::map<std::string, std::string> refunds;
};

std::string Register(const Client& client, const std::string& email) {
  const auto response =
      client(&Accounts::RegisterUser,
             StrCat(Field("request_id", email), Field("email", email), Field("password", kPassword)));
  return response.ok() ? response->user().id() : "";
}

std::string Refund(const Client& client, const std::string& order_id, const std::string& request_id) {
  const auto response =
      client(&Refunds::CreateRefund,
             StrCat(Field("request_id", request_id), Field("order_id", order_id), AmountScope(kCents)));
  return response.ok() ? response->refund().id() : "";
}

// Alternates registrations and refunds until a call fails because the service was killed. Counts the
// successful calls in `acknowledged`. Returns false if kMaxCallsOfARound calls succeed.
bool WriteUntilGone(const Client& client, Writer& writer, std::atomic<int>& acknowledged) {
  for (int i = 0; i < kMaxCallsOfARound; ++i) {
    const std::string name = StrCat(writer.name, "-", ++writer.calls);
    std::string& id = i % 2 == 0 ? writer.users[name + "@example.com"] : writer.refunds[name];
    id = i % 2 == 0 ? Register(client, name + "@example.com") : Refund(client, writer.order_id, name);
    if (id.empty()) return true;
    ++acknowledged;
  }
  return false;
}

// Repeats all calls of `writer`. Returns a description of the responses that differ from the original
// responses; empty if all are equal.
std::string RepeatAll(const Client& client, Writer& writer) {
  for (auto& [email, id] : writer.users) {
    const std::string again = Register(client, email);
    if (again.empty() || (!id.empty() && again != id))
      return StrCat(email, ": first '", id, "', then '", again, "'");
    id = again;
    if (!client(&Accounts::GetUser, Field("id", id)).ok()) return email + " is lost";
  }
  for (auto& [request_id, id] : writer.refunds) {
    const std::string again = Refund(client, writer.order_id, request_id);
    if (again.empty() || (!id.empty() && again != id))
      return StrCat(request_id, ": first '", id, "', then '", again, "'");
    id = again;
    if (!client(&Refunds::GetRefund, Field("id", id)).ok()) return request_id + " is lost";
  }
  return "";
}

TEST_CASE("acknowledged writes survive kill -9 under load") {
  const Folder folder;
  const ServiceProcess::Settings settings = {"refunds.max_per_order=1000",   "passwords.queue=1000",
                                             "email.dispatch.timeout=500ms", "email.dispatch.lease=1s",
                                             "payments.timeout=500ms",       "payments.lease=1s"};
  std::vector<Writer> writers(kWriters);
  {
    ServiceProcess service(folder.path(), settings);
    const Client client = service.Connect();
    for (int i = 0; i < kWriters; ++i) {
      Writer& writer = writers[static_cast<std::size_t>(i)];
      writer.name = StrCat("writer", i);
      writer.order_id = DeliveredOrder(client, writer.name + "@orders.example.com", 1, 1'000'000);
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    ServiceProcess service(folder.path(), settings);
    std::vector<Client> clients;
    for (int i = 0; i < kWriters; ++i) clients.push_back(service.Connect());
    std::atomic<int> acknowledged = 0;
    std::jthread killer([&] {
      Await([&] { return acknowledged >= kAcknowledgedBeforeKill; });
      service.process().Signal(SIGKILL);
    });
    AllAtOnce(kWriters, [&](int i) {
      const auto index = static_cast<std::size_t>(i);
      return WriteUntilGone(clients[index], writers[index], acknowledged);
    });
    killer.join();
    CHECK(service.process().Wait() == -SIGKILL);
    CHECK(acknowledged >= kAcknowledgedBeforeKill);
  }

  ServiceProcess service(folder.path(), settings);
  const std::vector<std::string> faults = AllAtOnce(
      kWriters, [&](int i) { return RepeatAll(service.Connect(), writers[static_cast<std::size_t>(i)]); });
  CHECK(faults == std::vector<std::string>(kWriters));

  const Client client = service.Connect();
  std::set<std::string> user_ids;
  std::size_t users = 0;
  for (const Writer& writer : writers) {
    for (const auto& [email, id] : writer.users) user_ids.insert(id);
    users += writer.users.size();
    CHECK(CountRefunds(client, writer.order_id) == static_cast<int>(writer.refunds.size()));
    const std::int64_t given = kCents * static_cast<std::int64_t>(writer.refunds.size());
    // The service settles the refunds that a killed process had claimed: at once on SQLite, otherwise when
    // the leases expire.
    CHECK(Await([&] {
      const orders::v1::Order order = GetOrder(client, writer.order_id);
      return order.refunded().minor_units() == given && order.refund_pending().minor_units() == 0;
    }));
  }
  CHECK(user_ids.size() == users);

  // Every registration sent its verification e-mail, including registrations whose response was lost.
  std::set<std::string> verified;
  CHECK(Await([&] { return CountMails(service.mail_folder()) >= users; }));
  CHECK(Await([&] {
    for (const Mail& mail : ReadMails(service.mail_folder())) {
      if (!TokenIn(mail).empty()) verified.insert(mail.to);
    }
    return verified.size() >= users + kWriters;
  }));
  CHECK(verified.size() == users + kWriters);
}

}  // namespace
}  // namespace keelson::e2e
