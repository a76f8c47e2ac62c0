#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "core/orders/order.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using enum OrderState;

struct Step {
  std::string_view name;
  OrderState to;
  std::set<OrderState> from;
  std::string_view expected;
  std::function<absl::Status(Order&, absl::Time)> take;
  std::optional<absl::Time> OrderFields::*time;
};

const Step kSteps[] = {
    {"pay",
     kPaid,
     {kPending},
     "PENDING",
     [](Order& order, absl::Time now) { return order.Pay("recorded", "charge-1", order->total, now); },
     &OrderFields::pay_time},
    {"ship",
     kShipped,
     {kPaid},
     "PAID",
     [](Order& order, absl::Time now) { return order.Ship(now); },
     &OrderFields::ship_time},
    {"deliver",
     kDelivered,
     {kShipped},
     "SHIPPED",
     [](Order& order, absl::Time now) { return order.Deliver(now); },
     &OrderFields::deliver_time},
    {"cancel",
     kCancelled,
     {kPending, kPaid},
     "PENDING or PAID",
     [](Order& order, absl::Time now) { return order.Cancel(now); },
     &OrderFields::cancel_time},
};

constexpr OrderState kStates[] = {kPending, kPaid, kShipped, kDelivered, kCancelled};

Order OrderIn(OrderState state) {
  OrderFields fields;
  fields.id = OrderId(Uuid{1});
  fields.state = state;
  fields.currency = *Currency::Parse("EUR");
  fields.lines = {{"sku", "A thing", 1, 1000, 0, 0, 1000, 0, 0}};
  fields.total = 1000;
  fields.version = 3;
  return Order(fields);
}

TEST_CASE("Each allowed transition of an order sets the state and a timestamp, and increments the version") {
  const absl::Time now = FakeClock().Now();
  for (const Step& step : kSteps) {
    for (const OrderState from : step.from) {
      CAPTURE(step.name, OrderStateName(from));
      Order order = OrderIn(from);
      CHECK(ReasonOf(step.take(order, now)) == "OK");
      CHECK(order->state == step.to);
      CHECK(order.fields().*step.time == now);
      CHECK(order->update_time == now);
      CHECK(order->version == 4);
    }
  }
}

TEST_CASE("The error for a disallowed transition names both states, and the order is unchanged") {
  for (const Step& step : kSteps) {
    for (const OrderState from : kStates) {
      if (step.from.contains(from)) continue;
      // A payment after the cancellation is recorded.
      if (step.to == kPaid && from == kCancelled) continue;
      CAPTURE(step.name, OrderStateName(from));
      Order order = OrderIn(from);
      const absl::Status status = step.take(order, FakeClock().Now());
      CHECK(ReasonOf(status) == "ORDER_STATE");
      CHECK(Fact(status, "state") == OrderStateName(from));
      CHECK(Fact(status, "expected") == step.expected);
      CHECK(order.fields() == OrderIn(from).fields());
    }
  }
}

TEST_CASE("A paid order records the paid amount and the payment's reference") {
  Order order = OrderIn(kPending);
  Must(order.Pay("recorded", "charge-1", 1000, FakeClock().Now()));
  CHECK(order->paid == 1000);
  CHECK(order->payment_provider == "recorded");
  CHECK(order->payment_reference == "charge-1");
  CHECK(order.refundable() == 1000);
}

TEST_CASE(
    "OrderStateName returns each state's name in the API, and ParseOrderState parses the lower-case name") {
  CHECK(OrderStateName(kPending) == "PENDING");
  CHECK(OrderStateName(kPaid) == "PAID");
  CHECK(OrderStateName(kShipped) == "SHIPPED");
  CHECK(OrderStateName(kDelivered) == "DELIVERED");
  CHECK(OrderStateName(kCancelled) == "CANCELLED");
  CHECK(ParseOrderState("delivered") == kDelivered);
  CHECK(ParseOrderState("pending") == kPending);
  for (const std::string_view bad : {"", "DELIVERED", "Delivered", "deliver", "delivered ", "unknown"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseOrderState(bad).has_value());
  }
}

TEST_CASE(
    "HoldRefund reserves an amount, SettleRefund counts the amount as refunded, ReleaseRefund releases the "
    "amount") {
  const absl::Time now = FakeClock().Now();
  OrderFields fields = OrderIn(kDelivered).fields();
  fields.shipping = 500;
  fields.lines = {{"a", "A", 3, 1000, 0, 0, 3000, 0, 0}, {"b", "B", 2, 250, 0, 0, 500, 1, 250}};
  fields.total = fields.paid = 4000;
  const Order before(fields);
  const RefundPortion portion{1750, 500, {{0, 1, 1000}, {1, 1, 250}}};
  const RefundSource source{RefundId(Uuid{7}), "recorded"};

  Order held = before;
  held.HoldRefund(source, portion, now);
  CHECK(held->refund_pending == 1750);
  CHECK(held->refunded_shipping == 500);
  CHECK(held->refund_count == 1);
  CHECK(held->lines[0].refunded_quantity == 1);
  CHECK(held->lines[0].refunded_amount == 1000);
  CHECK(held->lines[1].refunded_quantity == 2);
  CHECK(held->lines[1].refunded_amount == 500);
  CHECK(held.refundable() == 2250);

  Order settled = held;
  settled.SettleRefund(source, portion, now);
  CHECK(settled->refund_pending == 0);
  CHECK(settled->refunded == 1750);
  CHECK(settled->refund_count == 1);
  CHECK(settled->lines == held->lines);
  CHECK(settled.refundable() == 2250);

  Order released = held;
  released.ReleaseRefund(source, portion, now);
  OrderFields expected = before.fields();
  expected.version += 2;
  expected.update_time = now;
  CHECK(released.fields() == expected);
}

}  // namespace
}  // namespace keelson
