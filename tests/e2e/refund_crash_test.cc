// Tests that kill -9 at any step of a refund neither loses the refund nor pays it twice. The environment
// variable KEELSON_KILLS sets the number of kills.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/sandbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using refunds::v1::REFUND_STATE_FAILED;
using refunds::v1::REFUND_STATE_SUCCEEDED;

constexpr int kDefaultKills = 20;
// The refunds of a round are created, attempted by processes that are killed, and then settled. A round has
// at most kKillsPerRound kills, so that no order exceeds refunds.max_per_order.
constexpr int kKillsPerRound = 100;
// A process that is still running after this time has no more work, or waits for the sandbox.
constexpr std::chrono::seconds kLongestLife{2};

struct Group {
  const char* reference;
  // Number of refunds for each kill.
  int refunds_per_kill;
  refunds::v1::RefundState end_state;
};
constexpr Group kGroups[] = {{"settles", 6, REFUND_STATE_SUCCEEDED},
                             {"pays_then_times_out", 1, REFUND_STATE_SUCCEEDED},
                             {"pending_settles", 1, REFUND_STATE_SUCCEEDED},
                             {"pending_fails", 1, REFUND_STATE_FAILED},
                             {"declines", 1, REFUND_STATE_FAILED}};

int KillsToDo() {
  const char* variable = std::getenv("KEELSON_KILLS");
  return variable == nullptr ? kDefaultKills : std::atoi(variable);
}

ServiceProcess::Settings CrashSettings() {
  ServiceProcess::Settings settings = SandboxSettings();
  // The circuit breaker stays closed although many calls time out.
  settings.insert(settings.end(), {"payments.sandbox.pending=50ms", "payments.circuit.window=10000",
                                   "payments.circuit.min_calls=10000"});
  return settings;
}

// The refunds of one group: an order of 10,000 EUR, and refunds of 0.01 EUR.
struct GroupOrder {
  Group group;
  std::string order_id;
  std::string user_id;
  std::vector<std::string> refund_ids;
};

std::vector<GroupOrder> CreateRefunds(const Folder& folder, int round, int kills) {
  ServiceProcess::Settings settings = CrashSettings();
  // No refund is claimed before the kills.
  settings.emplace_back("payments.poll=1h");
  ServiceProcess service(folder.path(), settings);
  const Client client = service.Connect();
  std::vector<GroupOrder> orders;
  for (const Group& group : kGroups) {
    GroupOrder order{group, {}, {}, {}};
    order.order_id = OrderPaidAtSandbox(client, StrCat(group.reference, round, "@example.com"),
                                        StrCat(group.reference, "-", round), 1'000'000);
    order.user_id = GetOrder(client, order.order_id).user_id();
    for (int i = 0; i < kills * group.refunds_per_kill; ++i) {
      order.refund_ids.push_back(RefundAmount(client, order.order_id, 1));
    }
    orders.push_back(std::move(order));
  }
  CHECK(service.Stop() == 0);
  return orders;
}

// Runs the service without callers and kills it before step number `step` (see kill_at_step.cc).
void RunUntil(const Folder& folder, int step) {
  std::vector<std::string> arguments = ServeArguments(folder.path(), CrashSettings());
  arguments.insert(arguments.begin(), KEELSON_BINARY);
  ChildProcess process(
      std::move(arguments), folder.path(),
      {.environment = {StrCat("LD_PRELOAD=", KEELSON_KILL_AT_STEP), StrCat("KEELSON_TEST_KILL_AT=", step)}});
  if (!Await([&] { return !process.running(); }, kLongestLife)) process.Signal(SIGKILL);
  INFO("the service wrote: " << process.errors());
  CHECK(process.Wait() == -SIGKILL);
}

int CountMessagesTo(const Client& client, const std::string& user_id, const std::string& template_name) {
  const auto page = client(&Notifications::ListMessages, "page_size: 1000 " + Field("user_id", user_id));
  REQUIRE(Outcome(page) == "OK");
  int count = 0;
  for (const auto& message : page->messages()) {
    if (message.template_() == template_name) ++count;
  }
  return count;
}

// Waits until every refund has its end state, and checks that the sandbox has paid each once or never, under
// one key.
void CheckSettled(const Folder& folder, const Client& client, const std::vector<GroupOrder>& orders) {
  for (const GroupOrder& order : orders) {
    for (const std::string& id : order.refund_ids) AwaitRefund(client, id, order.group.end_state);
  }
  std::map<std::string, int> payouts;
  std::map<std::string, std::set<std::string>> keys;
  for (const SandboxLine& line : ReadSandbox(folder.path())) {
    keys[line.refund_id].insert(line.key);
    if (line.type == "payout") ++payouts[line.refund_id];
  }
  for (const GroupOrder& order : orders) {
    CAPTURE(order.group.reference);
    const bool paid = order.group.end_state == REFUND_STATE_SUCCEEDED;
    for (const std::string& id : order.refund_ids) {
      CAPTURE(id);
      CHECK(payouts[id] == (paid ? 1 : 0));
      CHECK(keys[id].size() == 1);
    }
    const auto count = static_cast<int>(order.refund_ids.size());
    const orders::v1::Order stored = GetOrder(client, order.order_id);
    CHECK(stored.refund_pending().minor_units() == 0);
    CHECK(stored.refunded().minor_units() == (paid ? count : 0));
    CHECK(CountMessagesTo(client, order.user_id, paid ? "refund_succeeded" : "refund_failed") == count);
  }
}

TEST_CASE("after kill -9 at any step of refunds, each refund is paid once and has the right end state") {
  const Folder folder;
  // On PostgreSQL, only the steps of the sandbox are writes to files.
  const int range = OnPostgres() ? 20 : 40;
  std::mt19937 random(1);
  // The steps before this one belong to the start of the service. Increases until the settlement makes
  // progress.
  int first_step = 1;
  int done = 0;
  int killed_in_settlement = 0;
  for (int round = 0; done < KillsToDo(); ++round) {
    const int kills = std::min(KillsToDo() - done, kKillsPerRound);
    const std::vector<GroupOrder> orders = CreateRefunds(folder, round, kills);
    for (int kill = 0; kill < kills; ++kill) {
      const int step = first_step + std::uniform_int_distribution<int>(0, range - 1)(random);
      CAPTURE(round, kill, step);
      const std::size_t lines = ReadSandbox(folder.path()).size();
      RunUntil(folder, step);
      if (ReadSandbox(folder.path()).size() == lines) {
        first_step += 10;
      } else {
        ++killed_in_settlement;
      }
    }
    done += kills;
    ServiceProcess service(folder.path(), CrashSettings());
    CheckSettled(folder, service.Connect(), orders);
    CHECK(service.Stop() == 0);
    CheckClean(RunOnStore(folder.path(), {"verify"}));
  }
  CHECK(killed_in_settlement >= done / 4);
}

}  // namespace
}  // namespace keelson::e2e
