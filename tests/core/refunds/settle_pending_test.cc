// Tests refunds that a provider accepts and pays out, or rejects, later.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/refunds/settle_refunds.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;
using OutcomeKind = PaymentOutcome::Kind;

// A world with a refund of 35.00 EUR that the provider has accepted as "re_1".
struct PendingRefund {
  PendingRefund() {
    world.payments.script = {Payments::Pending()};
    CHECK(world.Settle() == 1);
    world.NewEvents();
  }

  Refund Stored() { return world.Load(made->id); }
  absl::Time DueTime() { return Stored()->due_time.value(); }
  // Asks for the state of the refund when it is due.
  void Poll() {
    world.clock.Set(DueTime());
    CHECK(world.Settle() == 1);
  }

  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
};

TEST_CASE("A pending refund stays PROCESSING with the provider's reference and is asked for later") {
  PendingRefund p;
  CHECK(p.Stored()->state == RefundState::kProcessing);
  CHECK(p.Stored()->provider_reference == "re_1");
  CHECK(p.DueTime() == p.world.clock.Now() + p.world.settlement.pending_interval);
  CHECK(p.world.Load(p.order->id)->refund_pending == 3500);
  CHECK(p.world.log.Count("refund.postponed") == 0);
  p.world.clock.Set(p.DueTime() - absl::Microseconds(1));
  CHECK(p.world.Settle() == 0);
}

TEST_CASE("A pending refund that the provider has paid out succeeds, and is requested only once") {
  PendingRefund p;
  p.Poll();
  CHECK(p.Stored()->state == RefundState::kSucceeded);
  CHECK(p.Stored()->provider_reference == "re_1");
  CHECK(p.world.Load(p.order->id)->refunded == 3500);
  CHECK(p.world.NewEvents() == Fields{"refund.succeeded", "message.queued"});
  CHECK(p.world.Outbox().back().template_name == "refund_succeeded");
  CHECK(p.world.payments.asked.size() == 1);
  REQUIRE(p.world.payments.searched.size() == 1);
  CHECK(p.world.payments.searched_references[0] == "re_1");
  CHECK(p.world.payments.searched[0].idempotency_key == p.made->id.ToString());
}

TEST_CASE("A pending refund that the provider rejects releases its amount and tells the customer") {
  PendingRefund p;
  p.world.payments.found = {Payments::Failed("expired_or_canceled_card")};
  p.Poll();
  CHECK(p.Stored()->state == RefundState::kFailed);
  CHECK(p.Stored()->failure_code == "expired_or_canceled_card");
  CHECK(p.world.Load(p.order->id)->refund_pending == 0);
  CHECK(p.world.NewEvents() == Fields{"refund.failed", "message.queued"});
  CHECK(p.world.Outbox().back().template_name == "refund_failed");

  // The retry requests a new refund.
  Must(p.world.Retry(p.made).status());
  CHECK(p.world.Settle() == 1);
  REQUIRE(p.world.payments.asked.size() == 2);
  CHECK(p.world.payments.asked[1].idempotency_key == p.made->id.ToString() + "-1");
  CHECK(p.Stored()->state == RefundState::kSucceeded);
}

TEST_CASE("The interval between two polls doubles up to its maximum") {
  PendingRefund p;
  absl::Duration interval = p.world.settlement.pending_interval;
  for (int poll = 0; poll < 10; ++poll) {
    p.world.payments.found = {Payments::Pending("")};
    p.Poll();
    interval = std::min(2 * interval, p.world.settlement.max_pending_interval);
    CHECK(p.DueTime() == p.world.clock.Now() + interval);
    CHECK(p.Stored()->provider_reference == "re_1");
  }
  CHECK(interval == p.world.settlement.max_pending_interval);
}

TEST_CASE("A poll is not due before the provider's retry_after") {
  PendingRefund p;
  p.world.payments.found = {Payments::Pending("re_1", absl::Hours(5))};
  p.Poll();
  CHECK(p.DueTime() == p.world.clock.Now() + absl::Hours(5));
}

TEST_CASE("A pending refund whose state is not known stays reserved and is never requested again") {
  const OutcomeKind kind =
      GENERATE(OutcomeKind::kUnknown, OutcomeKind::kNotFound, OutcomeKind::kUnreachable, OutcomeKind::kRetry);
  PendingRefund p;
  p.world.payments.found = {{kind}};
  p.Poll();
  CHECK(p.Stored()->state == RefundState::kProcessing);
  CHECK(p.Stored()->provider_reference == "re_1");
  CHECK(p.Stored()->failure_code == (kind == OutcomeKind::kNotFound ? "NOT_FOUND" : "UNKNOWN"));
  CHECK(p.world.Load(p.order->id)->refund_pending == 3500);
  p.world.clock.Advance(absl::Minutes(15));
  CHECK(p.world.Settle() == 1);
  CHECK(p.Stored()->state == RefundState::kSucceeded);
  CHECK(p.world.payments.asked.size() == 1);
  CHECK(p.world.payments.searched.size() == 2);
}

}  // namespace
}  // namespace keelson
