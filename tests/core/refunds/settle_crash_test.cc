// Tests that a process takes over the refunds of a killed process at once, if no other process can hold their
// leases.
#include <catch2/catch.hpp>

#include "core/repositories.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;

struct KilledInCall {};

// Forwards calls to a store that only one process can open.
class SingleProcessStore : public Store {
 public:
  explicit SingleProcessStore(Store& store) : store_(store) {}

  absl::Status Read(Deadline deadline, ReadWork work) override { return store_.Read(deadline, work); }
  absl::Status Write(Deadline deadline, WriteWork work) override { return store_.Write(deadline, work); }
  absl::Status Check(Deadline deadline) override { return store_.Check(deadline); }
  StoreTraits traits() override { return {.single_process = true}; }

 private:
  Store& store_;
};

TEST_CASE("After a crash, the next process settles the claimed refunds at once with the same keys") {
  World world;
  SingleProcessStore store(world.store);
  const Order order = world.Delivered();
  const Refund called = Must(world.Refunded(order, AmountOf(10)));
  const Refund waiting = Must(world.Refunded(order, AmountOf(20)));
  world.payments.on_refund = [&](const PaymentRefund& refund) {
    world.payments.Move(refund);
    throw KilledInCall();
  };
  CHECK_THROWS_AS(world.SettleWith(world.payments, store), KilledInCall);
  REQUIRE(world.Load(waiting->id)->state == RefundState::kProcessing);

  world.payments.on_refund = nullptr;
  CHECK(world.SettleWith(world.payments, store) == 2);
  CHECK(world.Load(called->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(waiting->id)->state == RefundState::kSucceeded);
  REQUIRE(world.payments.asked.size() == 3);
  CHECK(world.payments.asked[1].idempotency_key == world.payments.asked[0].idempotency_key);
  CHECK(world.payments.asked[1].repeated);
  CHECK(world.payments.moved.size() == 2);
}

TEST_CASE("A process that starts does not attempt refunds early that wait for their backoff") {
  World world;
  SingleProcessStore store(world.store);
  const Order order = world.Delivered();
  const Refund refund = Must(world.Refunded(order, AmountOf(10)));
  world.payments.script = {{PaymentOutcome::Kind::kRetry, "", "", "", absl::Minutes(1)}};
  CHECK(world.SettleWith(world.payments, store) == 1);
  CHECK(world.Load(refund->id)->due_time == world.clock.Now() + absl::Minutes(1));
  CHECK(world.SettleWith(world.payments, store) == 0);
  CHECK(world.payments.asked.size() == 1);
}

TEST_CASE("A running process does not release its own leases") {
  World world;
  SingleProcessStore store(world.store);
  const Order order = world.Delivered();
  Must(world.Refunded(order, AmountOf(10)).status());
  const auto settler = world.Settler({&world.payments}, store);
  CHECK(Must(settler->FlushAndClaim()).claimed == 1);
  CHECK(Must(settler->FlushAndClaim()).claimed == 0);
}

}  // namespace
}  // namespace keelson
