// Tests that refunds reach the payment provider of the payment, once, whatever the provider answers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

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

using refunds::v1::PaymentProvider;
using refunds::v1::Refund;

constexpr char kEmail[] = "ada@example.com";

ServiceProcess::Settings With(ServiceProcess::Settings settings, const ServiceProcess::Settings& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

// A service with the sandbox, and a refund of 5 EUR of an order of 20 EUR that was paid at the sandbox.
class SandboxShop {
 public:
  explicit SandboxShop(const std::string& reference, const ServiceProcess::Settings& more = {})
      : service_(folder_.path(), With(SandboxSettings(), more)) {
    order_id = OrderPaidAtSandbox(client, kEmail, reference, 2000);
    refund_id = RefundAmount(client, order_id, 500);
  }

  Refund Await(refunds::v1::RefundState state) const { return AwaitRefund(client, refund_id, state); }
  std::vector<SandboxLine> Lines(const std::string& type) const {
    return LinesOf(ReadSandbox(folder_.path()), type, refund_id);
  }
  std::int64_t Refunded() const { return GetOrder(client, order_id).refunded().minor_units(); }
  std::int64_t Refundable() const { return GetOrder(client, order_id).refundable().minor_units(); }
  // Stops the service and verifies the store.
  void StopAndVerify() {
    CHECK(service_.Stop() == 0);
    CheckClean(RunOnStore(folder_.path(), {"verify"}));
  }
  const Folder& folder() const { return folder_; }

 private:
  const Folder folder_;
  ServiceProcess service_;

 public:
  const Client client = service_.Connect();
  std::string order_id;
  std::string refund_id;
};

int CountMessages(const Client& client, const std::string& template_name) {
  const auto page = client(&Notifications::ListMessages, "page_size: 1000");
  REQUIRE(Outcome(page) == "OK");
  return static_cast<int>(std::ranges::count_if(
      page->messages(), [&](const auto& message) { return message.template_() == template_name; }));
}

PaymentProvider FirstPaymentProvider(const Client& client) {
  const auto listed = client(&Refunds::ListPaymentProviders, "");
  REQUIRE(Outcome(listed) == "OK");
  REQUIRE(listed->providers_size() > 0);
  return listed->providers(0);
}

TEST_CASE("a refund that the provider pays succeeds with the provider's id") {
  SandboxShop shop("settles-1");
  const Refund refund = shop.Await(refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(refund.provider_reference() == "sandbox_" + shop.refund_id);
  CHECK(refund.payment_provider() == "sandbox");
  CHECK(refund.payment_reference() == "settles-1");
  REQUIRE(shop.Lines("payout").size() == 1);
  CHECK(shop.Lines("payout")[0].minor_units == 500);
  CHECK(shop.Lines("payout")[0].key == shop.refund_id);
  CHECK(shop.Refunded() == 500);
  CHECK(CountMessages(shop.client, "refund_succeeded") == 1);
  CHECK(FirstPaymentProvider(shop.client).calls().at("succeeded") == 1);
  shop.StopAndVerify();
}

TEST_CASE("a refund that the provider declines fails and releases its amount; a retry uses a new key") {
  SandboxShop shop("declines-1");
  const Refund refund = shop.Await(refunds::v1::REFUND_STATE_FAILED);
  CHECK(refund.failure_code() == "declined");
  CHECK_FALSE(refund.failure_message().empty());
  CHECK(shop.Refundable() == 2000);
  CHECK(CountMessages(shop.client, "refund_failed") == 1);
  const auto retried = shop.client(&Refunds::RetryRefund, Field("id", shop.refund_id));
  REQUIRE(Outcome(retried) == "OK");
  CHECK(retried->refund().state() == refunds::v1::REFUND_STATE_APPROVED);
  CHECK(shop.Await(refunds::v1::REFUND_STATE_FAILED).retries() == 1);
  const std::vector<SandboxLine> requests = shop.Lines("request");
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].key == shop.refund_id);
  CHECK(requests[1].key == shop.refund_id + "-1");
  CHECK(shop.Lines("payout").empty());
  shop.StopAndVerify();
}

TEST_CASE("a refund that is pending at the provider stays PROCESSING until the provider has paid it") {
  SandboxShop shop("pending_settles-1", {"payments.sandbox.pending=1s"});
  CHECK(Await([&] { return !shop.Lines("request").empty(); }));
  CHECK(shop.client(&Refunds::GetRefund, Field("id", shop.refund_id))->refund().state() ==
        refunds::v1::REFUND_STATE_PROCESSING);
  CHECK(shop.Lines("payout").empty());
  CHECK(CountMessages(shop.client, "refund_succeeded") == 0);
  shop.Await(refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(shop.Lines("payout").size() == 1);
  CHECK(shop.Lines("request").size() == 1);
  CHECK(FirstPaymentProvider(shop.client).calls().at("pending") >= 1);
  shop.StopAndVerify();
}

TEST_CASE("a refund that fails after it was pending releases its amount") {
  SandboxShop shop("pending_fails-1");
  CHECK(shop.Await(refunds::v1::REFUND_STATE_FAILED).failure_code() == "declined_later");
  CHECK(shop.Lines("payout").empty());
  CHECK(shop.Refundable() == 2000);
  shop.StopAndVerify();
}

TEST_CASE("a refund whose call times out after the payment is paid once and succeeds") {
  SandboxShop shop("pays_then_times_out-1");
  const Refund refund = shop.Await(refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(refund.attempts() >= 2);
  CHECK(shop.Lines("payout").size() == 1);
  CHECK(shop.Lines("request").size() >= 2);
  CHECK(shop.Refunded() == 500);
  CHECK(FirstPaymentProvider(shop.client).calls().at("unknown") >= 1);
  shop.StopAndVerify();
}

TEST_CASE("a late response is awaited, and a refused rate is retried; each refund is paid once") {
  const std::string reference = GENERATE("answers_late-1", "limits_rate-1");
  CAPTURE(reference);
  SandboxShop shop(reference);
  shop.Await(refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(shop.Lines("payout").size() == 1);
  CHECK(shop.Lines("request").size() == (reference.starts_with("limits_rate") ? 2 : 1));
  shop.StopAndVerify();
}

TEST_CASE("a refund goes to the provider that received the payment") {
  const Folder folder;
  const ServiceProcess service(folder.path(), SandboxSettings());
  const Client client = service.Connect();
  const std::string by_recorded = DeliveredOrder(client, kEmail, 1, 2000);
  const std::string by_default = CreateOrder(client, RegisterUser(client, "bob@example.com"), 1, 2000);
  CHECK(PayOrder(client, by_default, "provider_reference: 'settles-2'").payment().provider() == "sandbox");
  DeliverOrder(client, by_default);

  const std::string recorded = RefundAmount(client, by_recorded, 500);
  const std::string sandbox = RefundAmount(client, by_default, 500);
  CHECK_THAT(AwaitRefund(client, recorded).provider_reference(), Catch::StartsWith("recorded_"));
  CHECK_THAT(AwaitRefund(client, sandbox).provider_reference(), Catch::StartsWith("sandbox_"));
  const std::vector<SandboxLine> lines = ReadSandbox(folder.path());
  CHECK(LinesOf(lines, "payout", sandbox).size() == 1);
  CHECK(LinesOf(lines, "request", recorded).empty());

  const std::string pending = CreateOrder(client, RegisterUser(client, "eve@example.com"), 1, 2000);
  const auto other = client(&Orders::PayOrder, StrCat(Field("id", pending), Euros("amount", 2000),
                                                      "payment { provider: 'coins' }"));
  CHECK(Outcome(other) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(other.status) == " payment.provider");
}

TEST_CASE("a deposit and a rest at two providers are each refunded at their own provider") {
  const Folder folder;
  ServiceProcess service(folder.path(), SandboxSettings());
  const Client client = service.Connect();
  const std::string order_id = CreateOrder(client, RegisterUser(client, kEmail), 1, 2000);
  const auto pay = [&](int amount, const std::string& payment) {
    return client(&Orders::PayOrder,
                  StrCat(Field("id", order_id), Euros("amount", amount), "payment { ", payment, " }"));
  };
  const auto deposit = pay(500, "provider: 'recorded' provider_reference: 'transfer-1'");
  REQUIRE(Outcome(deposit) == "OK");
  CHECK(deposit->order().state() == orders::v1::ORDER_STATE_PENDING);
  CHECK(Outcome(client(&Orders::ShipOrder, Field("id", order_id))) == "FAILED_PRECONDITION ORDER_STATE");
  CHECK(BadFields(pay(1501, "provider_reference: 'settles-2'").status) == " amount");
  REQUIRE(Outcome(pay(1500, "provider_reference: 'settles-2'")) == "OK");
  DeliverOrder(client, order_id);

  const auto created = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(900)));
  REQUIRE(Outcome(created) == "OK");
  REQUIRE(created->refund().split_refund_ids_size() == 2);
  const auto recorded = AwaitRefund(client, created->refund().split_refund_ids(0));
  const auto sandbox = AwaitRefund(client, created->refund().split_refund_ids(1));
  CHECK(recorded.amount().minor_units() == 500);
  CHECK(recorded.payment_provider() == "recorded");
  CHECK(recorded.payment_id() == "1");
  CHECK(sandbox.amount().minor_units() == 400);
  CHECK(sandbox.payment_provider() == "sandbox");
  CHECK(LinesOf(ReadSandbox(folder.path()), "payout", sandbox.id()).size() == 1);
  CHECK(LinesOf(ReadSandbox(folder.path()), "request", recorded.id()).empty());
  const orders::v1::Order order = GetOrder(client, order_id);
  REQUIRE(order.payments_size() == 2);
  CHECK(order.payment().provider_reference() == "transfer-1");
  CHECK(order.payments(0).refunded().minor_units() == 500);
  CHECK(order.payments(1).refunded().minor_units() == 400);
  CHECK(order.payments(1).amount().minor_units() == 1500);
  CHECK(service.Stop() == 0);
}

TEST_CASE("a refund waits while the provider of its payment is not configured") {
  const Folder folder;
  std::string refund_id;
  {
    ServiceProcess service(folder.path(), With(SandboxSettings(), {"payments.poll=1h"}));
    const Client client = service.Connect();
    refund_id = RefundAmount(client, OrderPaidAtSandbox(client, kEmail, "settles-1", 2000), 500);
    CHECK(service.Stop() == 0);
  }
  {
    ServiceProcess service(folder.path(), With(SandboxSettings(), {"payments.providers=['recorded']"}));
    const Client client = service.Connect();
    CHECK(Await([&] {
      return client(&Refunds::GetRefund, Field("id", refund_id))->refund().failure_code() ==
             "PROVIDER_NOT_CONFIGURED";
    }));
    CHECK(ReadSandbox(folder.path()).empty());
    CHECK(service.Stop() == 0);
  }
  const ServiceProcess service(folder.path(), SandboxSettings());
  CHECK(AwaitRefund(service.Connect(), refund_id).failure_code().empty());
  CHECK(LinesOf(ReadSandbox(folder.path()), "payout", refund_id).size() == 1);
}

TEST_CASE(
    "with payments.recorded.confirm, a refund is PROCESSING until ConfirmRefund, and only then e-mailed") {
  const Folder folder;
  ServiceProcess service(folder.path(), With(WithApprovers(), {"payments.recorded.confirm=true"}));
  const Client shop = As(service.Connect(), "shop");
  const Client lead = As(service.Connect(), "lead");
  CHECK(FirstPaymentProvider(shop).name() == "recorded");
  CHECK(FirstPaymentProvider(shop).needs_confirmation());
  const std::string order_id = DeliveredOrder(shop, kEmail, 1, 2000);
  const std::string refund_id = RefundAmount(shop, order_id, 500);
  const std::string id = Field("id", refund_id);
  CHECK(Await([&] { return !shop(&Refunds::GetRefund, id)->refund().provider_reference().empty(); }));
  const Refund waiting = shop(&Refunds::GetRefund, id)->refund();
  CHECK(waiting.state() == refunds::v1::REFUND_STATE_PROCESSING);
  CHECK_THAT(waiting.provider_reference(), Catch::StartsWith("recorded_"));
  CHECK(waiting.attempts() == 1);
  CHECK(GetOrder(shop, order_id).refund_pending().minor_units() == 500);
  CHECK(CountMessages(shop, "refund_succeeded") == 0);

  CHECK(Outcome(shop(&Refunds::ConfirmRefund, id)) == "PERMISSION_DENIED CALLER_NOT_ALLOWED");
  CHECK(Outcome(lead(&Refunds::ConfirmRefund, id + "etag: 'old'")) == "ABORTED ETAG_MISMATCH");
  const auto too_long =
      lead(&Refunds::ConfirmRefund, id + Field("provider_reference", std::string(256, 'x')));
  CHECK(BadFields(too_long.status) == " provider_reference");
  const std::string confirm = id + "request_id: 'c1' provider_reference: ' transfer-7 '";
  const auto confirmed = lead(&Refunds::ConfirmRefund, confirm);
  REQUIRE(Outcome(confirmed) == "OK");
  CHECK(confirmed->refund().state() == refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(confirmed->refund().provider_reference() == "transfer-7");
  CHECK(confirmed->refund().has_settle_time());
  CHECK(lead(&Refunds::ConfirmRefund, confirm)->refund().etag() == confirmed->refund().etag());
  CHECK(Outcome(lead(&Refunds::ConfirmRefund, id)) == "FAILED_PRECONDITION REFUND_STATE");
  CHECK(CountMessages(shop, "refund_succeeded") == 1);
  CHECK(GetOrder(shop, order_id).refunded().minor_units() == 500);
  CHECK(service.Stop() == 0);
  CheckClean(RunOnStore(folder.path(), {"verify"}));
}

TEST_CASE("a refund that awaits confirmation can be cancelled, and can then not be confirmed") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"payments.recorded.confirm=true"});
  const Client client = service.Connect();
  const std::string order_id = DeliveredOrder(client, kEmail, 1, 2000);
  const std::string id = Field("id", RefundAmount(client, order_id, 500));
  CHECK(Await(
      [&] { return client(&Refunds::GetRefund, id)->refund().failure_code() == "AWAITING_CONFIRMATION"; }));
  REQUIRE(Outcome(client(&Refunds::CancelRefund, id)) == "OK");
  CHECK(GetOrder(client, order_id).refundable().minor_units() == 2000);
  CHECK(Outcome(client(&Refunds::ConfirmRefund, id)) == "FAILED_PRECONDITION REFUND_STATE");
  CHECK(CountMessages(client, "refund_succeeded") == 0);
  CHECK(service.Stop() == 0);
  CheckClean(RunOnStore(folder.path(), {"verify"}));
}

TEST_CASE("ConfirmRefund does not settle a refund of a provider that settles by itself") {
  SandboxShop shop("pending_settles-1", {"payments.sandbox.pending=24h"});
  const std::string id = Field("id", shop.refund_id);
  CHECK(Await([&] { return !shop.client(&Refunds::GetRefund, id)->refund().provider_reference().empty(); }));
  CHECK(Outcome(shop.client(&Refunds::ConfirmRefund, id)) == "FAILED_PRECONDITION REFUND_STATE");
  CHECK(Outcome(shop.client(&Refunds::ConfirmRefund, Field("id", "refund_01m83m0vr0e5m941d4yb3vwq6e"))) ==
        "NOT_FOUND REFUND_NOT_FOUND");
}

TEST_CASE("refunds of a misconfigured provider wait, and operators see it; other providers go on") {
  SandboxShop shop("settles-1", {"payments.circuit.open=1s", "payments.circuit.probes=1"});
  shop.Await(refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(Await([&] { return shop.client.Health("payments.sandbox") == "SERVING"; }));
  const std::filesystem::path journal = shop.folder() / "payments.jsonl";
  const auto size = std::filesystem::file_size(journal);
  std::ofstream(journal, std::ios::app) << "not a line of the sandbox\n";

  const std::string refund_id = RefundAmount(shop.client, shop.order_id, 300);
  CHECK(Await([&] { return FirstPaymentProvider(shop.client).misconfigured(); }));
  const PaymentProvider sandbox = FirstPaymentProvider(shop.client);
  CHECK(sandbox.name() == "sandbox");
  CHECK(sandbox.calls().at("config") >= 1);
  CHECK_THAT(sandbox.last_error(), Catch::Contains("payments.jsonl"));
  CHECK(Await([&] { return shop.client.Health("payments.sandbox") == "NOT_SERVING"; }));
  CHECK(shop.client.Health() == "SERVING");
  CHECK(shop.client.Health("payments.recorded") == "SERVING");
  const std::string by_recorded = DeliveredOrder(shop.client, "bob@example.com", 1, 2000);
  AwaitRefund(shop.client, RefundAmount(shop.client, by_recorded, 500));
  CHECK(GetOrder(shop.client, shop.order_id).refund_pending().minor_units() == 300);

  std::filesystem::resize_file(journal, size);
  AwaitRefund(shop.client, refund_id);
  CHECK(LinesOf(ReadSandbox(shop.folder().path()), "payout", refund_id).size() == 1);
  CHECK_FALSE(FirstPaymentProvider(shop.client).misconfigured());
  shop.StopAndVerify();
}

TEST_CASE("a graceful shutdown waits for the calls in flight and saves their outcomes") {
  const Folder folder;
  const ServiceProcess::Settings slow =
      With(SandboxSettings(), {"payments.timeout=5s", "payments.lease=1h", "payments.sandbox.latency=500ms"});
  std::string refund_id;
  {
    ServiceProcess service(folder.path(), slow);
    const Client client = service.Connect();
    refund_id = RefundAmount(client, OrderPaidAtSandbox(client, kEmail, "settles-1", 2000), 500);
    CHECK(Await([&] { return !ReadSandbox(folder.path()).empty(); }));
    CHECK(service.Stop() == 0);
  }
  const ServiceProcess service(folder.path(), With(slow, {"payments.poll=1h"}));
  CHECK(service.Connect()(&Refunds::GetRefund, Field("id", refund_id))->refund().state() ==
        refunds::v1::REFUND_STATE_SUCCEEDED);
  CHECK(LinesOf(ReadSandbox(folder.path()), "request", refund_id).size() == 1);
}

TEST_CASE(
    "at most payments.concurrency calls run at the same time, and at most payments.rate begin per second") {
  constexpr int kRefunds = 6;
  ServiceProcess::Settings limits;
  SECTION("two calls of 300 ms at the same time") {
    limits = {"payments.concurrency=2", "payments.timeout=5s", "payments.lease=1h",
              "payments.sandbox.latency=300ms"};
  }
  SECTION("six calls per second") {
    limits = {"payments.rate=6"};
  }
  const Folder folder;
  const ServiceProcess service(folder.path(), With(SandboxSettings(), limits));
  const Client client = service.Connect();
  const std::string order_id = OrderPaidAtSandbox(client, kEmail, "settles-1", 2000);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> refund_ids;
  for (int i = 0; i < kRefunds; ++i) refund_ids.push_back(RefundAmount(client, order_id, 10));
  for (const std::string& id : refund_ids) AwaitRefund(client, id);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(800));
}

}  // namespace
}  // namespace keelson::e2e
