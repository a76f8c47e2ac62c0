// Tests that a webhook only makes the service ask the provider, at once.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/sandbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/webhook.h"

namespace keelson::e2e {
namespace {

using refunds::v1::Refund;

constexpr std::chrono::milliseconds kPending{300};

// The sandbox pays a pending refund soon, but the service would ask for the result only after an hour.
std::vector<std::string> SlowPolling() {
  std::vector<std::string> settings = SandboxSettings();
  for (std::string& setting : WebhookSettings()) settings.push_back(std::move(setting));
  settings.insert(settings.end(), {"payments.sandbox.pending=300ms", "payments.pending_interval=1h",
                                   "payments.max_pending_interval=1h"});
  return settings;
}

// A service with webhooks, and a refund that is pending at the sandbox.
class PendingAtSandbox {
 public:
  PendingAtSandbox() {
    CHECK(Await([&] { return !Current().provider_reference().empty(); }));
    std::this_thread::sleep_for(2 * kPending);
  }

  Refund Current() const { return client(&Refunds::GetRefund, Field("id", refund_id))->refund(); }
  int Post(const std::string& body) const {
    return PostWebhook(port, body, SandboxSignature(body, UnixSeconds()));
  }
  std::size_t Payouts() const { return LinesOf(ReadSandbox(folder_.path()), "payout", refund_id).size(); }
  void StopAndVerify() {
    CHECK(service_.errors().find(kSandboxSecret) == std::string::npos);
    CHECK(service_.Stop() == 0);
    CheckClean(RunOnStore(folder_.path(), {"verify"}));
  }

 private:
  const Folder folder_;
  ServiceProcess service_{folder_.path(), SlowPolling()};

 public:
  const Client client = service_.Connect();
  const int port = WebhookPort(service_);
  const std::string refund_id =
      RefundAmount(client, OrderPaidAtSandbox(client, "ada@example.com", "pending_settles-1", 2000), 500);
};

TEST_CASE("a webhook settles a pending refund at once") {
  PendingAtSandbox shop;
  CHECK(shop.Current().state() == refunds::v1::REFUND_STATE_PROCESSING);
  CHECK(shop.Post(SandboxEvent("evt_1", shop.refund_id)) == 200);
  AwaitRefund(shop.client, shop.refund_id);
  CHECK(shop.Payouts() == 1);
  // Repetitions, and events about a settled refund, do nothing.
  CHECK(shop.Post(SandboxEvent("evt_1", shop.refund_id)) == 200);
  CHECK(shop.Post(SandboxEvent("evt_2", shop.refund_id)) == 200);
  CHECK(shop.Current().attempts() == 2);
  CHECK(shop.Payouts() == 1);
  shop.StopAndVerify();
}

TEST_CASE("a webhook that the provider did not sign changes nothing") {
  PendingAtSandbox shop;
  const std::string body = SandboxEvent("evt_1", shop.refund_id);
  const std::int64_t now = UnixSeconds();
  const std::string etag = shop.Current().etag();
  CHECK(PostWebhook(shop.port, body, SandboxSignature(body, now, "another-secret-0123456")) == 400);
  CHECK(PostWebhook(shop.port, body, SandboxSignature(body, now - 301)) == 400);
  CHECK(PostWebhook(shop.port, body + " ", SandboxSignature(body, now)) == 400);
  CHECK(PostWebhook(shop.port, body, "") == 400);
  // The state in a signed body is ignored, too: the sandbox knows no such refund.
  CHECK(shop.Post(R"({"id": "evt_2", "refund_id": "refund_01hf7yat00e8r8e2dhp52c4m2r", "status": "paid"})") ==
        200);
  std::this_thread::sleep_for(kPending);
  CHECK(shop.Current().etag() == etag);
  CHECK(shop.Payouts() == 0);
  shop.StopAndVerify();
}

TEST_CASE("a flood of garbage neither delays gRPC calls nor keeps a webhook from its refund") {
  PendingAtSandbox shop;
  std::atomic<bool> flooding = true;
  std::atomic<int> sent = 0;
  std::vector<std::thread> senders;
  const std::string body = SandboxEvent("evt_1", shop.refund_id);
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&, i] {
      while (flooding) {
        if (i % 2 == 0) {
          PostWebhook(shop.port, std::string(100'000, 'x'), SandboxSignature(body, UnixSeconds()));
        } else {
          SendBytes(shop.port, "POST /webhooks/sandbox HTTP/9.9\r\n\r\n");
        }
        ++sent;
      }
    });
  }
  CHECK(Await([&] { return sent > 100; }));
  const auto start = std::chrono::steady_clock::now();
  constexpr int kCalls = 100;
  for (int i = 0; i < kCalls; ++i) {
    CHECK(Outcome(shop.client(&Refunds::GetRefund, Field("id", shop.refund_id))) == "OK");
  }
  // A call takes less than a millisecond on an idle machine.
  CHECK((std::chrono::steady_clock::now() - start) / kCalls < std::chrono::milliseconds(100));
  CHECK(shop.Current().state() == refunds::v1::REFUND_STATE_PROCESSING);
  CHECK(Await([&] { return shop.Post(body) == 200; }));
  AwaitRefund(shop.client, shop.refund_id);
  flooding = false;
  for (std::thread& sender : senders) sender.join();
  CHECK(shop.Payouts() == 1);
  shop.StopAndVerify();
}

TEST_CASE("the service does not start with webhooks that no provider sends") {
  const Folder folder;
  const CommandResult result =
      RunKeelson(ServeArguments(folder.path(), {"payments.webhooks.listen=127.0.0.2:0"}), folder.path());
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Catch::Contains("payments.webhooks.listen needs a provider with webhooks"));
}

}  // namespace
}  // namespace keelson::e2e
