// Tests the settlement of refunds when the system's clock is set forward or back.
#include <catch2/catch.hpp>

#include "tests/core/world.h"

namespace keelson {
namespace {

void RefundTwice(World& world) {
  const Order order = world.Delivered();
  for (int i = 0; i < 2; ++i) Must(world.Refunded(order, AmountOf(10)).status());
}

TEST_CASE("Setting the clock forward during a batch does not skip a refund of the batch") {
  World world;
  RefundTwice(world);
  world.payments.on_refund = [&](const PaymentRefund&) { world.clock.Jump(absl::Minutes(10)); };
  CHECK(world.Settle() == 2);
  CHECK(world.payments.moved.size() == 2);
  CHECK(world.Settle() == 0);
}

TEST_CASE(
    "A batch starts no attempt whose timeout would end after the lease, also if the clock is set back") {
  World world;
  RefundTwice(world);
  world.payments.on_refund = [&](const PaymentRefund&) {
    world.clock.Advance(world.settlement.lease);
    world.clock.Jump(-world.settlement.lease);
  };
  CHECK(world.Settle() == 2);
  CHECK(world.payments.asked.size() == 1);
}

}  // namespace
}  // namespace keelson
