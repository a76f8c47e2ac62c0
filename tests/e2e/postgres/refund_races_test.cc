// Concurrent refunds and decisions over two processes on one database: no refund exceeds the paid amount, and
// no refund is decided or paid out twice.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/postgres/support/audit.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr std::size_t kServices = 2;
constexpr int kCallers = 50;
// Rounds of a race between two calls, each on an order of its own.
constexpr int kRounds = 20;

using refunds::v1::Refund;
using States = std::multiset<refunds::v1::RefundState>;

constexpr char kPaidOrders[] = "refunds.states=['paid']";

ServiceProcess::Settings With(const ServiceProcess::Settings& more) {
  ServiceProcess::Settings settings = WithApprovers();
  settings.emplace_back("store.postgres.pool_size=8");
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

struct RacingShop {
  explicit RacingShop(const ServiceProcess::Settings& settings) : fleet(kServices, With(settings)) {}

  Client Caller(std::size_t service, const std::string& name) const {
    return As(fleet.Connect(service), name);
  }

  std::string PaidOrder(int unit_price) const {
    const std::string id = CreateOrder(shop, user_id, 1, unit_price);
    PayOrder(shop, id);
    return id;
  }

  std::vector<Refund> RefundsOf(const std::string& order_id) const {
    const auto page = shop(&Refunds::ListRefunds, StrCat(Field("order_id", order_id), "page_size: 1000"));
    REQUIRE(Outcome(page) == "OK");
    return {page->refunds().begin(), page->refunds().end()};
  }

  // Waits until no refund of the order is due, and returns the states of its refunds.
  States Settled(const std::string& order_id) const {
    States states;
    CHECK(Await([&] {
      states.clear();
      for (const Refund& refund : RefundsOf(order_id)) states.insert(refund.state());
      return !states.contains(refunds::v1::REFUND_STATE_APPROVED) &&
             !states.contains(refunds::v1::REFUND_STATE_PROCESSING);
    }));
    return states;
  }

  // Stops the processes and verifies the database.
  void Verify() {
    for (std::size_t i = 0; i < fleet.size(); ++i) CHECK(fleet[i].Stop() == 0);
    AuditRefunds(fleet.folder());
    CHECK(RunOnStore(fleet.folder(), {"verify"}).exit_code == 0);
  }

  Fleet fleet;
  Client shop = Caller(0, "shop");
  std::string user_id = RegisterUser(shop, "ada@example.com");
};

// Makes two calls at the same time and returns their outcomes.
template <typename First, typename Second>
std::vector<std::string> Race(const First& first, const Second& second) {
  return AllAtOnce(2, [&](int i) { return i == 0 ? first() : second(); });
}

int CountOk(const std::vector<std::string>& outcomes) {
  return static_cast<int>(std::count(outcomes.begin(), outcomes.end(), "OK"));
}

Refund RequestRefund(const Client& client, const std::string& order_id) {
  const auto refund = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(1000)));
  REQUIRE(Outcome(refund) == "OK");
  REQUIRE(refund->refund().state() == refunds::v1::REFUND_STATE_REQUESTED);
  return refund->refund();
}

// Pays an amount of the order through one of the services.
std::string PayPart(const Client& client, const std::string& order_id, int amount,
                    const std::string& reference) {
  return Outcome(
      client(&Orders::PayOrder, StrCat(Field("id", order_id), Euros("amount", amount), "payment { ",
                                       Field("provider_reference", reference), " }")));
}

TEST_CASE("one payment pays only one of two orders that it is recorded for at once") {
  RacingShop racing({});
  for (int round = 0; round < kRounds; ++round) {
    const std::string orders[] = {CreateOrder(racing.shop, racing.user_id, 1, 100),
                                  CreateOrder(racing.shop, racing.user_id, 1, 100)};
    const std::string reference = StrCat("charge-", round);
    const std::vector<std::string> outcomes = AllAtOnce(2, [&](int i) {
      const auto index = static_cast<std::size_t>(i);
      return PayPart(racing.Caller(index, "shop"), orders[index], 100, reference);
    });
    CHECK(std::multiset<std::string>(outcomes.begin(), outcomes.end()) ==
          std::multiset<std::string>{"ALREADY_EXISTS REFERENCE_TAKEN", "OK"});
  }
  racing.Verify();
}

TEST_CASE("concurrent payments of one order never exceed its total") {
  RacingShop racing({});
  for (int round = 0; round < kRounds; ++round) {
    const std::string order_id = CreateOrder(racing.shop, racing.user_id, 1, 100);
    const std::vector<std::string> outcomes = AllAtOnce(4, [&](int i) {
      return PayPart(racing.Caller(static_cast<std::size_t>(i) % kServices, "shop"), order_id, 40,
                     StrCat("part-", round, "-", i));
    });
    CHECK(std::count(outcomes.begin(), outcomes.end(), "OK") == 2);
    const orders::v1::Order order = GetOrder(racing.shop, order_id);
    CHECK(order.state() == orders::v1::ORDER_STATE_PENDING);
    CHECK(order.paid().minor_units() == 80);
    CHECK(order.payments_size() == 2);
    CHECK(PayPart(racing.shop, order_id, 20, StrCat("rest-", round)) == "OK");
  }
  racing.Verify();
}

TEST_CASE("50 concurrent refunds of 1.00 on an order of 10.00, over two processes, give exactly ten") {
  RacingShop world({kPaidOrders, "refunds.max_per_order=1000"});
  const std::string order_id = world.PaidOrder(1000);
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kCallers; ++i) clients.push_back(world.Caller(i % kServices, "shop"));
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    return Outcome(clients[static_cast<std::size_t>(i)](
        &Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(100))));
  });
  CHECK(CountOk(outcomes) == 10);
  CHECK(std::count(outcomes.begin(), outcomes.end(), "FAILED_PRECONDITION REFUND_NOT_ALLOWED") == 40);
  const States states = world.Settled(order_id);
  CHECK(states.size() == 10);
  CHECK(states.count(refunds::v1::REFUND_STATE_SUCCEEDED) == 10);
  CHECK(GetOrder(world.shop, order_id).refunded().minor_units() == 1000);
  world.Verify();
}

TEST_CASE("of two concurrent approvals over two processes, one succeeds and the refund is paid out once") {
  RacingShop world({kPaidOrders, "refunds.approval_above={ EUR = 0 }"});
  const Client lead = world.Caller(0, "lead"), boss = world.Caller(1, "boss");
  for (int round = 0; round < kRounds; ++round) {
    const std::string order_id = world.PaidOrder(1000);
    const std::string id = Field("id", RequestRefund(world.shop, order_id).id());
    const std::vector<std::string> outcomes =
        Race([&] { return Outcome(lead(&Refunds::ApproveRefund, id)); },
             [&] { return Outcome(boss(&Refunds::ApproveRefund, id)); });
    CHECK(std::multiset<std::string>(outcomes.begin(), outcomes.end()) ==
          std::multiset<std::string>{"FAILED_PRECONDITION REFUND_STATE", "OK"});
    CHECK(world.Settled(order_id) == States{refunds::v1::REFUND_STATE_SUCCEEDED});
    CHECK(world.RefundsOf(order_id).front().attempts() == 1);
  }
  world.Verify();
}

TEST_CASE("concurrent approval and cancellation of a refund end in one state with the matching totals") {
  RacingShop world({kPaidOrders, "refunds.approval_above={ EUR = 0 }"});
  const Client lead = world.Caller(0, "lead"), other_shop = world.Caller(1, "shop");
  for (int round = 0; round < kRounds; ++round) {
    const std::string order_id = world.PaidOrder(1000);
    const std::string id = Field("id", RequestRefund(world.shop, order_id).id());
    const std::vector<std::string> outcomes =
        Race([&] { return Outcome(lead(&Refunds::ApproveRefund, id)); },
             [&] { return Outcome(other_shop(&Refunds::CancelRefund, id)); });
    // An approved refund can still be cancelled before its first attempt, so that both calls may succeed.
    CHECK(CountOk(outcomes) >= 1);
    CHECK(std::count(outcomes.begin(), outcomes.end(), "FAILED_PRECONDITION REFUND_STATE") ==
          2 - CountOk(outcomes));
    const bool cancelled = outcomes[1] == "OK";
    CHECK(world.Settled(order_id) ==
          States{cancelled ? refunds::v1::REFUND_STATE_CANCELLED : refunds::v1::REFUND_STATE_SUCCEEDED});
    CHECK(GetOrder(world.shop, order_id).refunded().minor_units() == (cancelled ? 0 : 1000));
  }
  world.Verify();
}

TEST_CASE("concurrent cancellation of an order and approval of its refund refund the paid amount once") {
  RacingShop world({kPaidOrders, "refunds.approval_above={ EUR = 0 }"});
  const Client lead = world.Caller(0, "lead"), other_shop = world.Caller(1, "shop");
  for (int round = 0; round < kRounds; ++round) {
    const std::string order_id = world.PaidOrder(2500);
    const std::string id = Field("id", RequestRefund(world.shop, order_id).id());
    const std::vector<std::string> outcomes =
        Race([&] { return Outcome(other_shop(&Orders::CancelOrder, Field("id", order_id))); },
             [&] { return Outcome(lead(&Refunds::ApproveRefund, id)); });
    CHECK(outcomes[0] == "OK");
    // If the approval comes first, the refund of the rest waits for approval. Otherwise the refund was
    // cancelled.
    const bool approved = outcomes[1] == "OK";
    CHECK((approved || outcomes[1] == "FAILED_PRECONDITION REFUND_STATE"));
    CHECK(world.Settled(order_id) ==
          States{refunds::v1::REFUND_STATE_REQUESTED,
                 approved ? refunds::v1::REFUND_STATE_SUCCEEDED : refunds::v1::REFUND_STATE_CANCELLED});
    const orders::v1::Order order = GetOrder(world.shop, order_id);
    CHECK(order.refunded().minor_units() == (approved ? 1000 : 0));
    CHECK(order.refund_pending().minor_units() == (approved ? 1500 : 2500));
  }
  world.Verify();
}

// Policies that allow refunds of different orders; only the refunds of the first need approval.
constexpr char kStrictPolicy[] = "[refunds]\nstates = ['paid']\napproval_above = { EUR = 0 }\n";
constexpr char kGenerousPolicy[] = "[refunds]\nstates = ['shipped']\n";
constexpr char kNotAllowed[] = "FAILED_PRECONDITION REFUND_NOT_ALLOWED";

// Reloads the policy in every process. Returns "OK", or the error.
std::string ReloadAll(Fleet& fleet, const std::string& policy) {
  WriteFile(fleet.folder() / "keelson.toml", policy);
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    ChildProcess& process = fleet[i].process();
    const std::size_t before = process.errors().size();
    process.Signal(SIGHUP);
    const bool reloaded =
        Await([&] { return process.errors().find("config.reloaded", before) != std::string::npos; });
    if (!reloaded) return StrCat("process ", i, " did not reload the policy");
  }
  return "OK";
}

TEST_CASE("while both processes reload the policy, every refund obeys exactly one policy") {
  constexpr int kReloads = 20;
  constexpr int kCreators = 4;
  constexpr int kCallsOfCreator = 200;
  RacingShop world({"refunds.max_per_order=1000"});
  const std::string paid = world.PaidOrder(10'000), shipped = world.PaidOrder(10'000);
  REQUIRE(Outcome(world.shop(&Orders::ShipOrder, Field("id", shipped))) == "OK");
  // The last clients, one of each process, are those of the thread that reloads.
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kCreators + kServices; ++i) {
    clients.push_back(world.Caller(i % kServices, "shop"));
  }
  const auto create = [&](std::size_t client, const std::string& order_id) {
    return Outcome(
        clients[client](&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(1))));
  };
  std::atomic<bool> reloading = true;
  // Each process obeys the new policy once it has reloaded.
  const auto reload = [&]() -> std::string {
    for (int i = 0; i < kReloads; ++i) {
      const bool strict = i % 2 == 0;
      const std::string reloaded = ReloadAll(world.fleet, strict ? kStrictPolicy : kGenerousPolicy);
      if (reloaded != "OK") return reloaded;
      for (std::size_t client = kCreators; client < clients.size(); ++client) {
        const std::string allowed = create(client, strict ? paid : shipped);
        const std::string rejected = create(client, strict ? shipped : paid);
        if (allowed != "OK" || rejected != kNotAllowed) return StrCat(allowed, ", ", rejected);
      }
    }
    return "OK";
  };
  const auto create_many = [&](std::size_t client) -> std::string {
    for (int i = 0; i < kCallsOfCreator && reloading; ++i) {
      const std::string outcome = create(client, i % 2 == 0 ? paid : shipped);
      if (outcome != "OK" && outcome != kNotAllowed) return outcome;
    }
    return "OK";
  };
  const std::vector<std::string> outcomes = AllAtOnce(1 + kCreators, [&](int i) {
    if (i > 0) return create_many(static_cast<std::size_t>(i - 1));
    const std::string outcome = reload();
    reloading = false;
    return outcome;
  });
  CHECK(outcomes == std::vector<std::string>(1 + kCreators, "OK"));
  for (const Refund& refund : world.RefundsOf(paid)) {
    CHECK(refund.state() == refunds::v1::REFUND_STATE_REQUESTED);
  }
  const States of_shipped = world.Settled(shipped);
  CHECK(of_shipped.size() >= kReloads);
  CHECK(of_shipped.count(refunds::v1::REFUND_STATE_SUCCEEDED) == of_shipped.size());
  world.Verify();
  CHECK(AuditedEvents(world.fleet.folder()).at("refunds.policy_changed") == kServices * kReloads);
}

}  // namespace
}  // namespace keelson::e2e
