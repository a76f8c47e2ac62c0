#include "core/refunds/settle_refunds.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;

TEST_CASE("A successful attempt updates the refund and its order, and stores an event and an e-mail") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, AmountOf(1200)));
  world.NewEvents();
  CHECK(world.Settle() == 1);

  REQUIRE(world.payments.asked.size() == 1);
  const PaymentRefund& asked = world.payments.asked[0];
  CHECK(asked.idempotency_key == made->id.ToString());
  CHECK(asked.payment_reference == "charge-1");
  CHECK(asked.amount == Money{order->currency, 1200});
  CHECK(asked.reason == RefundReason::kDefective);
  CHECK(world.payments.deadlines[0] <= Deadline::After(world.settlement.timeout));
  CHECK(world.payments.deadlines[0] > Deadline::After(world.settlement.timeout / 2));

  const Refund settled = world.Load(made->id);
  CHECK(settled->state == RefundState::kSucceeded);
  CHECK(settled->provider_reference == "provider-" + made->id.ToString());
  CHECK(settled->attempts == 1);
  CHECK(settled->settle_time == world.clock.Now());
  CHECK_FALSE(settled->due_time.has_value());
  CHECK(world.Load(order->id)->refunded == 1200);
  CHECK(world.Load(order->id)->refund_pending == 0);
  CHECK(world.NewEvents() == Fields{"refund.processing", "refund.succeeded", "message.queued"});
  CHECK(world.Events().back().actor == "system");
  CHECK(world.Outbox().back().template_name == "refund_succeeded");
  CHECK(world.Outbox().back().variables.at("amount") == "12.00 EUR");
  CHECK(world.Outbox().back().variables.at("order") == order->id.ToString());
  CHECK(world.Settle() == 0);
  CHECK(world.payments.asked.size() == 1);
}

TEST_CASE("A refund that the provider rejects permanently releases its reserved amount") {
  World world;
  const Order order = world.Delivered();
  world.payments.script = {Payments::Failed("charge_disputed")};
  const Refund made = Must(world.Refunded(order, Units("1", 2, true)));
  world.NewEvents();
  CHECK(world.Settle() == 1);
  const Refund failed = world.Load(made->id);
  CHECK(failed->state == RefundState::kFailed);
  CHECK(failed->failure_code == "charge_disputed");
  CHECK(failed->failure_message == "permanently refused");
  OrderFields expected = order.fields();
  expected.version = world.Load(order->id)->version;
  expected.update_time = world.clock.Now();
  CHECK(world.Load(order->id).fields() == expected);
  CHECK(world.NewEvents() == Fields{"refund.processing", "refund.failed", "message.queued"});
  CHECK(world.Events()[world.Events().size() - 2].payload ==
        "{\"order_id\":\"" + order->id.ToString() + R"(","attempts":1,"failure_code":"charge_disputed"})");
  CHECK(world.Outbox().back().template_name == "refund_failed");
  CHECK(world.payments.moved.empty());
  CHECK(Must(world.Refunded(order, Units("1", 3, true)))->amount == 3500);
}

TEST_CASE("A zero-amount refund succeeds without a call to the provider and without an e-mail") {
  World world;
  const Order order = world.Delivered({LineOf(1, 0), LineOf(1, 1000)});
  const Refund made = Must(world.Refunded(order, Units("1", 1)));
  const std::size_t outbox = world.Outbox().size();
  world.NewEvents();
  // The order was paid through a provider that is not configured.
  FakePaymentProvider stripe("stripe");
  CHECK(world.SettleWith(stripe) == 1);
  CHECK(stripe.asked.empty());
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(made->id)->settle_time == world.clock.Now());
  CHECK(world.Load(order->id)->lines[0].refunded_quantity == 1);
  CHECK(world.Load(order->id)->refund_count == 1);
  CHECK(world.NewEvents() == Fields{"refund.processing", "refund.succeeded"});
  CHECK(world.Outbox().size() == outbox);
}

TEST_CASE("A refund with an unknown outcome stays reserved and is retried with the same idempotency key") {
  World world;
  const Order order = world.Delivered();
  world.payments.script = {Payments::Unknown(), Payments::Unknown("503"), Payments::Unknown()};
  const Refund made = Must(world.Refunded(order, Everything()));
  world.NewEvents();
  absl::Duration ceiling = absl::Seconds(2);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK(world.Settle() == 1);
    const Refund waiting = world.Load(made->id);
    CHECK(waiting->state == RefundState::kProcessing);
    CHECK(waiting->attempts == attempt);
    CHECK(waiting->due_time >= world.clock.Now());
    CHECK(waiting->due_time < world.clock.Now() + ceiling);
    CHECK(world.Load(order->id)->refund_pending == 3500);
    CHECK(world.log.Count("refund.postponed") == attempt);
    world.clock.Set(*waiting->due_time);
    ceiling *= 2;
  }
  CHECK(world.Load(made->id)->failure_code == "timeout");
  CHECK(world.NewEvents() == Fields{"refund.processing"});
  CHECK(world.Settle() == 1);
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(made->id)->failure_code.empty());
  CHECK(world.NewEvents() == Fields{"refund.succeeded", "message.queued"});
  REQUIRE(world.payments.asked.size() == 4);
  for (const PaymentRefund& asked : world.payments.asked) CHECK(asked.idempotency_key == made->id.ToString());
  CHECK(world.payments.moved.size() == 1);
}

TEST_CASE(
    "Each retry of a failed refund has an idempotency key of its own, and its attempts are counted on") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  world.payments.script = {Payments::Failed(), Payments::Unknown(), Payments::Failed()};
  CHECK(world.Settle() == 1);
  Must(world.Retry(made).status());
  CHECK(world.Settle() == 1);
  world.clock.Advance(absl::Minutes(15));
  CHECK(world.Settle() == 1);
  Must(world.Retry(made).status());
  CHECK(world.Settle() == 1);

  const std::string id = made->id.ToString();
  Fields keys;
  for (const PaymentRefund& asked : world.payments.asked) keys.push_back(asked.idempotency_key);
  CHECK(keys == Fields{id, id + "-1", id + "-1", id + "-2"});
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(made->id)->attempts == 4);
  CHECK(world.Load(made->id)->retries == 2);
  CHECK(world.Load(order->id)->refunded == 3500);
  CHECK(world.payments.moved.size() == 1);
}

TEST_CASE("A postponed refund is not attempted before its due time") {
  World world;
  world.payments.script = {Payments::Unknown()};
  const Refund made = Must(world.Refunded(world.Delivered(), Everything()));
  CHECK(world.Settle() == 1);
  world.clock.Set(*world.Load(made->id)->due_time - absl::Microseconds(1));
  CHECK(world.Settle() == 0);
  world.clock.Advance(absl::Microseconds(1));
  CHECK(world.Settle() == 1);
}

TEST_CASE("A refund of another provider's payment stays reserved until that provider is configured") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  FakePaymentProvider stripe("stripe");
  CHECK(world.SettleWith(stripe) == 1);
  CHECK(stripe.asked.empty());
  CHECK(world.Load(made->id)->state == RefundState::kProcessing);
  CHECK(world.Load(made->id)->failure_code == "PROVIDER_NOT_CONFIGURED");
  CHECK(world.Load(order->id)->refund_pending == 3500);
  world.clock.Advance(absl::Minutes(15));
  CHECK(world.Settle() == 1);
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
}

TEST_CASE("Each refund of a group of outcomes gets its own outcome") {
  World world;
  const Order order = world.Delivered();
  for (int i = 0; i < 5; ++i) Must(world.Refunded(order, AmountOf(10)).status());
  world.payments.script = {Payments::Failed(), Payments::Unknown()};
  CHECK(world.Settle() == 5);
  CHECK(world.Load(order->id)->refunded == 10 * 3);
  CHECK(world.Load(order->id)->refund_pending == 10);
  world.clock.Advance(absl::Minutes(15));
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 10 * 4);
}

TEST_CASE("If no refund is due, SettleRefunds writes nothing") {
  World world;
  world.Delivered();
  world.NewEvents();
  CHECK(world.Settle() == 0);
  CHECK(world.NewEvents().empty());
  CHECK(world.payments.asked.empty());
}

TEST_CASE("The log entry of a postponed refund contains no address and no amount") {
  World world;
  world.payments.script = {Payments::Unknown()};
  const Refund made = Must(world.Refunded(world.Delivered(), Everything()));
  world.Settle();
  REQUIRE(world.log.entries().size() == 1);
  CHECK(world.log.entries()[0].fields ==
        std::map<std::string, std::string>{{"provider", "recorded"},
                                           {"refund_id", made->id.ToString()},
                                           {"outcome", "unknown"},
                                           {"code", "timeout"}});
}

}  // namespace
}  // namespace keelson
