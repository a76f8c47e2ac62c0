#include <algorithm>
#include <catch2/catch.hpp>

#include "core/refunds/pay_order.h"
#include "core/refunds/split_refund.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

// A world with a DELIVERED order of 35.00 EUR: a deposit of 10.00 EUR at "recorded" and the rest of 25.00 EUR
// at "stripe".
struct TwoPayments {
  TwoPayments() {
    order = Must(world.PayPart(order, 1000, "deposit"));
    order = Must(world.PayPart(order, 2500, "rest", "stripe"));
    order = Must(world.Deliver(Must(world.Ship(order))));
    world.NewEvents();
  }

  Order Stored() { return world.Load(order->id); }
  std::vector<Refund> Refunds() {
    std::vector<Refund> refunds = world.RefundsOf(order->id);
    std::sort(refunds.begin(), refunds.end(),
              [](const Refund& a, const Refund& b) { return a->payment < b->payment; });
    return refunds;
  }
  absl::StatusOr<Refund> RefundOf(ScopeInput scope, std::string payment_id) {
    const RefundPolicies policies(world.refunds);
    CreateRefundCommand command;
    command.order_id = order->id.ToString();
    command.scope = std::move(scope);
    command.payment_id = std::move(payment_id);
    return CreateRefund(world.store, world.clock, world.ids, policies).Handle(world.context, command);
  }
  void Settle() {
    const auto settler = world.Settler({&world.payments, &stripe});
    SettleOnce(*settler);
  }
  int Mails(std::string_view template_name) {
    const std::vector<std::string> queued = world.Queued();
    return static_cast<int>(std::count(queued.begin(), queued.end(), template_name));
  }

  World world;
  FakePaymentProvider stripe{"stripe"};
  Order order = world.Pending();
};

TEST_CASE("An order stays PENDING until its payments add up to the total") {
  World world;
  Order order = world.Pending();
  world.NewEvents();
  order = Must(world.PayPart(order, 1000, "deposit"));
  CHECK(order->state == OrderState::kPending);
  CHECK(order->paid == 1000);
  CHECK_FALSE(order->pay_time.has_value());
  CHECK(order.unpaid() == 2500);
  CHECK(ReasonOf(world.Ship(order)) == "ORDER_STATE");
  CHECK(BadFields(world.PayPart(order, 2501, "rest")) == Fields{"amount"});
  world.clock.Advance(absl::Minutes(1));
  order = Must(world.PayPart(order, 2500, "rest", "stripe"));
  CHECK(order->state == OrderState::kPaid);
  CHECK(order->pay_time == world.clock.Now());
  CHECK(order->payment_reference == "deposit");
  REQUIRE(order.payments().size() == 2);
  CHECK(order.payments()[1].provider == "stripe");
  CHECK(order.payments()[1].amount == 2500);
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents() == Fields{"order.payment_recorded", "order.paid"});
}

TEST_CASE("An order that one payment pays keeps no list of payments") {
  World world;
  const Order order = world.Paid();
  CHECK(order->payments.empty());
  CHECK(order->payment_count == 0);
  REQUIRE(order.payments().size() == 1);
  CHECK(order.payments()[0] == OrderPayment{"recorded", "charge-1", order->total, 0, 0, *order->pay_time});
}

TEST_CASE("A payment pays only one order, unless references are shared") {
  World world;
  const Order first = Must(world.PayPart(world.Pending(), 3500, "charge-7"));
  const Order second = world.Pending();
  const auto again = world.PayPart(second, 3500, "charge-7");
  CHECK(ReasonOf(again) == "REFERENCE_TAKEN");
  CHECK(Fact(again.status(), "order_id") == first->id.ToString());
  // Another provider may use the same reference, and payments without a reference can't be told apart.
  CHECK(ReasonOf(world.PayPart(second, 500, "charge-7", "stripe")) == "OK");
  CHECK(ReasonOf(world.PayPart(second, 500, "")) == "OK");
  CHECK(ReasonOf(world.PayPart(second, 500, "")) == "OK");
  CHECK(ReasonOf(world.PayPart(second, 500, "charge-7", "stripe")) == "REFERENCE_TAKEN");
  CHECK(ReasonOf(world.PayPart(world.Pending(), 500, "charge-7", "stripe")) == "REFERENCE_TAKEN");
  CHECK(world.Load(second->id)->paid == 1500);
}

TEST_CASE("A refund goes to the oldest payment, and spans payments if its amount does") {
  TwoPayments two;
  const Refund small = Must(two.RefundOf(AmountOf(400), ""));
  CHECK(small->payment == 0);
  CHECK(small->split_ids.empty());
  const Refund first = Must(two.RefundOf(AmountOf(1000), ""));
  CHECK(first->amount == 600);
  CHECK(first->payment_provider == "recorded");
  const std::vector<RefundId> ids = SplitIds(first.fields());
  REQUIRE(ids.size() == 2);
  const Refund second = two.world.Load(ids[1]);
  CHECK(second->amount == 400);
  CHECK(second->payment_provider == "stripe");
  CHECK(second->payment_reference == "rest");
  CHECK(second->split_ids == first->split_ids);
  const Order stored = two.Stored();
  CHECK(stored->refund_pending == 1400);
  CHECK(stored->payments[0].refund_pending == 1000);
  CHECK(stored->payments[1].refund_pending == 400);
  CHECK(stored->refund_count == 3);
}

TEST_CASE("A refund of a named payment is limited to what the payment has left") {
  TwoPayments two;
  CHECK(Must(two.RefundOf(AmountOf(700), "2"))->payment_reference == "rest");
  const auto too_much = two.RefundOf(AmountOf(1801), "2");
  REQUIRE(Details(too_much).preconditions.size() == 1);
  CHECK(Details(too_much).preconditions[0].type == "PAYMENT_AVAILABLE");
  const auto missing = two.RefundOf(AmountOf(100), "3");
  CHECK(ReasonOf(missing) == "REFUND_NOT_ALLOWED");
  CHECK(BadFields(two.RefundOf(AmountOf(100), "0")) == Fields{"payment_id"});
  const Refund rest = Must(two.RefundOf(Everything(), "2"));
  CHECK(rest->amount == 1800);
  CHECK(rest->lines.empty());
  CHECK(two.Stored()->payments[0].refund_pending == 0);
}

TEST_CASE("CheckRefund shows the payments that CreateRefund would refund") {
  TwoPayments two;
  const RefundCheck check = Must(two.world.Judged(two.order, AmountOf(1200)));
  REQUIRE(check.payments.size() == 2);
  CHECK(check.payments[0].amount == 1000);
  CHECK(check.payments[1].payment == 1);
  CHECK(check.payments[1].amount == 200);
  CHECK(Must(two.world.Judged(two.order, AmountOf(3501))).payments.empty());
}

TEST_CASE("Each payment is refunded at its own provider, and one e-mail reports the refund") {
  TwoPayments two;
  Must(two.RefundOf(Everything(), "").status());
  two.Settle();
  REQUIRE(two.world.payments.asked.size() == 1);
  REQUIRE(two.stripe.asked.size() == 1);
  CHECK(two.world.payments.asked[0].payment_reference == "deposit");
  CHECK(two.world.payments.asked[0].amount.minor_units == 1000);
  CHECK(two.stripe.asked[0].payment_reference == "rest");
  CHECK(two.stripe.asked[0].amount.minor_units == 2500);
  CHECK(two.world.payments.asked[0].idempotency_key != two.stripe.asked[0].idempotency_key);
  CHECK(two.Stored()->refund_status == RefundStatus::kFullyRefunded);
  CHECK(two.Stored()->payments[1].refunded == 2500);
  CHECK(two.Mails("refund_succeeded") == 1);
}

TEST_CASE("A failed part is reported with the others, keeps its units, and is retried alone") {
  TwoPayments two;
  Must(two.RefundOf(Units("1", 3, true), "").status());
  two.stripe.script = {FakePaymentProvider::Failed()};
  two.Settle();
  CHECK(two.Mails("refund_succeeded") == 1);
  CHECK(two.Mails("refund_failed") == 1);
  const Refund failed = two.Refunds()[1];
  REQUIRE(failed->state == RefundState::kFailed);
  REQUIRE(failed->lines.size() == 1);
  CHECK(failed->lines[0].quantity == 0);
  CHECK(failed->lines[0].amount == 2000);
  CHECK(failed->shipping == 500);
  CHECK(two.Stored()->lines[0].refunded_quantity == 3);
  CHECK(two.Stored().refundable() == 2500);
  CHECK(Must(two.world.Retry(failed))->state == RefundState::kApproved);
  two.Settle();
  CHECK(two.Stored()->refund_status == RefundStatus::kFullyRefunded);
  CHECK(two.Mails("refund_succeeded") == 2);
}

TEST_CASE("The approval threshold counts the whole refund, and one decision applies to all its parts") {
  TwoPayments two;
  two.world.refunds.approval_above[*Currency::Parse("EUR")] = 2600;
  const Refund first = Must(two.RefundOf(Everything(), ""));
  CHECK(first->state == RefundState::kRequested);
  CHECK(two.Refunds()[1]->state == RefundState::kRequested);
  CHECK(two.Mails("refund_requested") == 1);
  SECTION("approval") {
    Must(two.world.Approve(two.Refunds()[1]).status());
    for (const Refund& refund : two.Refunds()) CHECK(refund->state == RefundState::kApproved);
    CHECK(two.Mails("refund_approved") == 1);
  }
  SECTION("rejection") {
    Must(two.world.Reject(first).status());
    for (const Refund& refund : two.Refunds()) CHECK(refund->state == RefundState::kRejected);
    CHECK(two.Mails("refund_rejected") == 1);
    CHECK(two.Stored()->payments[0].refund_pending == 0);
    CHECK(two.Stored()->payments[1].refund_pending == 0);
    CHECK(two.Stored()->lines[0].refunded_quantity == 0);
  }
}

TEST_CASE("The cancellation of an order in part paid or paid in parts refunds each payment") {
  World world;
  Order order = Must(world.PayPart(world.Pending(), 1000, "deposit"));
  SECTION("in part") {
    order = Must(world.Cancel(order));
    REQUIRE(world.RefundsOf(order->id).size() == 1);
    CHECK(world.RefundsOf(order->id)[0]->amount == 1000);
  }
  SECTION("in parts") {
    order = Must(world.Cancel(Must(world.PayPart(order, 2500, "rest", "stripe"))));
    CHECK(world.RefundsOf(order->id).size() == 2);
    CHECK(order->payments[0].refund_pending == 1000);
    CHECK(order->payments[1].refund_pending == 2500);
  }
  CHECK(order->state == OrderState::kCancelled);
  CHECK(order.refundable() == 0);
}

TEST_CASE("A payment after the cancellation is recorded and refunded, whatever its amount") {
  World world;
  const bool was_paid = GENERATE(false, true);
  Order order = was_paid ? world.Paid() : world.Pending();
  order = Must(world.Cancel(order));
  const std::int64_t paid = order->paid;
  world.NewEvents();
  order = Must(world.PayPart(order, 9900, "late", "stripe"));
  CHECK(order->state == OrderState::kCancelled);
  CHECK(order->paid == paid + 9900);
  CHECK(order->payments.back().refund_pending == 9900);
  CHECK(order.refundable() == 0);
  const std::vector<Refund> refunds = world.RefundsOf(order->id);
  REQUIRE(refunds.size() == (was_paid ? 2U : 1U));
  const auto late = std::find_if(refunds.begin(), refunds.end(),
                                 [](const Refund& refund) { return refund->payment_reference == "late"; });
  REQUIRE(late != refunds.end());
  CHECK((*late)->payment_provider == "stripe");
  CHECK((*late)->reason == RefundReason::kOrderCancelled);
  CHECK(world.NewEvents() == Fields{"order.payment_recorded", "refund.requested", "message.queued"});
}

// An order with random payments and refunds.
Order RandomOrder(FakeEntropy& random) {
  OrderFields fields;
  fields.state = OrderState::kCancelled;
  fields.currency = *Currency::Parse("EUR");
  const std::uint64_t count = 1 + random.Below(5);
  for (std::uint64_t i = 0; i < count; ++i) {
    OrderPayment payment{"recorded", "charge", static_cast<std::int64_t>(random.Below(1000)),
                         0,          0,        absl::Time()};
    payment.refunded =
        static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(payment.amount) + 1));
    fields.paid += payment.amount;
    fields.refunded += payment.refunded;
    fields.payments.push_back(payment);
  }
  fields.payment_count = std::ssize(fields.payments);
  return Order(fields);
}

TEST_CASE("SplitPortion keeps every part, and never exceeds a payment") {
  FakeEntropy random;
  for (int i = 0; i < 2000; ++i) {
    const Order order = RandomOrder(random);
    RefundPortion portion;
    std::int64_t left = order.refundable();
    const auto take = [&] {
      const auto taken = static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(left) + 1));
      left -= taken;
      portion.amount += taken;
      return taken;
    };
    for (std::size_t line = 0; line < random.Below(4); ++line) {
      portion.lines.push_back({line, 1 + static_cast<std::int64_t>(random.Below(3)), take(), 7});
    }
    portion.shipping = take();
    take();
    RefundPortion sum;
    for (const RefundPortion& part : SplitPortion(order, portion)) {
      CHECK(part.goodwill() >= 0);
      CHECK(part.amount <= order->payments.at(part.payment).refundable());
      sum.amount += part.amount;
      sum.shipping += part.shipping;
      for (const RefundPortion::Line& line : part.lines) {
        if (sum.lines.empty() || sum.lines.back().index != line.index) {
          sum.lines.push_back(line);
          continue;
        }
        sum.lines.back().quantity += line.quantity;
        sum.lines.back().amount += line.amount;
        sum.lines.back().withheld += line.withheld;
      }
    }
    CHECK(sum == portion);
  }
}

}  // namespace
}  // namespace keelson
