// Tests concurrent settlers (processes that run SettleRefunds), and settlers that are killed.
#include <catch2/catch.hpp>

#include "core/refunds/settle_refunds.h"
#include "tests/core/world.h"
#include "tests/support/interleaved_store.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;

// A provider throws this exception to simulate that the process is killed during an attempt.
struct Killed {};

TEST_CASE(
    "The attempt of a killed settler is repeated with the same idempotency key after the lease has expired") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  const bool money_had_moved = GENERATE(false, true);
  world.payments.on_refund = [&](const PaymentRefund& refund) {
    if (money_had_moved) world.payments.Move(refund);
    throw Killed();
  };
  CHECK_THROWS_AS(world.Settle(), Killed);
  CHECK(world.Load(made->id)->state == RefundState::kProcessing);
  CHECK(world.Load(order->id)->refund_pending == 3500);

  world.payments.on_refund = nullptr;
  world.clock.Advance(world.settlement.lease - absl::Microseconds(1));
  CHECK(world.Settle() == 0);
  world.clock.Advance(absl::Microseconds(1));
  CHECK(world.Settle() == 1);
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(made->id)->attempts == 2);
  CHECK(world.payments.asked.at(0).idempotency_key == world.payments.asked.at(1).idempotency_key);
  CHECK(world.payments.moved.size() == 1);
  CHECK(world.Load(order->id)->refunded == 3500);
}

TEST_CASE("A response that arrives after a later attempt has ended is ignored") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  const PaymentOutcome late = GENERATE(Payments::Failed(), Payments::Unknown());
  FakePaymentProvider faster;
  world.payments.script = {late};
  world.payments.on_refund = [&](const PaymentRefund&) {
    world.clock.Advance(world.settlement.lease);
    CHECK(world.SettleWith(faster) == 1);
  };
  world.NewEvents();
  CHECK(world.Settle() == 1);
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(order->id)->refunded == 3500);
  CHECK(world.NewEvents() == Fields{"refund.processing", "refund.succeeded", "message.queued"});
}

TEST_CASE("While one settler attempts a refund, no other settler attempts the same refund") {
  World world;
  Must(world.Refunded(world.Delivered(), Everything()).status());
  FakePaymentProvider second;
  world.payments.on_refund = [&](const PaymentRefund&) { CHECK(world.SettleWith(second) == 0); };
  CHECK(world.Settle() == 1);
  CHECK(second.asked.empty());
}

TEST_CASE("A response that arrives while a later attempt is in progress is ignored") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  FakePaymentProvider second;
  second.on_refund = [](const PaymentRefund&) { throw Killed(); };
  world.payments.script = {Payments::Failed()};
  world.payments.on_refund = [&](const PaymentRefund&) {
    world.clock.Advance(world.settlement.lease);
    CHECK_THROWS_AS(world.SettleWith(second), Killed);
  };
  world.Settle();
  CHECK(world.Load(made->id)->state == RefundState::kProcessing);
  CHECK(world.Load(made->id)->attempts == 2);
  CHECK(world.Load(order->id)->refund_pending == 3500);
  world.payments.on_refund = nullptr;
  world.clock.Advance(world.settlement.lease);
  CHECK(world.Settle() == 1);
  CHECK(world.Load(made->id)->state == RefundState::kSucceeded);
}

TEST_CASE("A response that arrives after the refund was retried is ignored") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  FakePaymentProvider second;
  second.script = {Payments::Failed()};
  world.payments.script = {Payments::Failed()};
  world.payments.on_refund = [&](const PaymentRefund&) {
    world.clock.Advance(world.settlement.lease);
    CHECK(world.SettleWith(second) == 1);
    Must(world.Retry(made).status());
  };
  world.Settle();
  CHECK(world.Load(made->id)->state == RefundState::kApproved);
  CHECK(world.Load(order->id)->refund_pending == 3500);
}

TEST_CASE("A refund that is cancelled before it is claimed is not paid out") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  InterleavedStore store(world.store);
  store.before_next_write = [&] { Must(world.Cancel(made).status()); };
  CHECK(world.SettleWith(world.payments, store) == 0);
  CHECK(world.payments.asked.empty());
  CHECK(world.Load(made->id)->state == RefundState::kCancelled);
  CHECK(world.Load(order->id)->refund_pending == 0);
}

TEST_CASE("Of two settlers that find the same due refund, only one claims the refund") {
  World world;
  Must(world.Refunded(world.Delivered(), Everything()).status());
  InterleavedStore store(world.store);
  store.before_next_write = [&] { CHECK(world.Settle() == 1); };
  FakePaymentProvider second;
  CHECK(world.SettleWith(second, store) == 0);
  CHECK(second.asked.empty());
}

TEST_CASE("A settler starts no attempt whose timeout would end after the lease") {
  World world;
  const Order order = world.Delivered();
  for (int i = 0; i < 2; ++i) Must(world.Refunded(order, AmountOf(10)).status());
  world.payments.on_refund = [&](const PaymentRefund&) {
    world.clock.Advance(world.settlement.lease - world.settlement.timeout + absl::Microseconds(1));
  };
  world.Settle();
  CHECK(world.payments.asked.size() == 1);
  CHECK(world.Load(order->id)->refunded == 10);
  world.payments.on_refund = nullptr;
  world.clock.Advance(world.settlement.lease);
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 20);
  CHECK(world.payments.asked.at(1).idempotency_key != world.payments.asked.at(0).idempotency_key);
}

}  // namespace
}  // namespace keelson
