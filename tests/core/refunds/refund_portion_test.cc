#include <catch2/catch.hpp>
#include <vector>

#include "core/refunds/refund_rules.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

Order OrderOf(std::vector<OrderLine> lines, std::int64_t shipping) {
  OrderFields fields = Order::Create(OrderId(Uuid{1}), UserId(Uuid{2}), *Currency::Parse("EUR"),
                                     std::move(lines), shipping, "", {}, FakeClock().Now())
                           .fields();
  fields.state = OrderState::kDelivered;
  fields.paid = fields.total;
  return Order(fields);
}

OrderLine Line(std::int64_t quantity, std::int64_t unit_price, std::int64_t discount = 0,
               std::int64_t tax = 0) {
  OrderLine line;
  line.quantity = quantity;
  line.unit_price = unit_price;
  line.discount = discount;
  line.tax = tax;
  return line;
}

TEST_CASE("PortionOf everything returns the whole refundable amount, including shipping") {
  Order order = OrderOf({Line(3, 1000)}, 500);
  CHECK(PortionOf(order, RefundEverything{}) == RefundPortion{3500, 0, {}});
  order.HoldRefund({1000, 0, {}}, FakeClock().Now());
  CHECK(PortionOf(order, RefundEverything{}) == RefundPortion{2500, 0, {}});
}

TEST_CASE("PortionOf an amount returns the amount, and nullopt for another currency than the order's") {
  const Order order = OrderOf({Line(3, 1000)}, 500);
  CHECK(PortionOf(order, Money{*Currency::Parse("EUR"), 123}) == RefundPortion{123, 0, {}});
  CHECK_FALSE(PortionOf(order, Money{*Currency::Parse("USD"), 123}).has_value());
}

TEST_CASE("PortionOf units returns their share of the line's total, plus shipping if requested") {
  const Order order = OrderOf({Line(3, 1000, 100, 200), Line(2, 5)}, 500);
  CHECK(PortionOf(order, RefundLines{{{0, 1}}, false}) == RefundPortion{1033, 0, {{0, 1, 1033}}});
  CHECK(PortionOf(order, RefundLines{{{0, 2}, {1, 1}}, true}) ==
        RefundPortion{2066 + 5 + 500, 500, {{0, 2, 2066}, {1, 1, 5}}});
  CHECK(PortionOf(order, RefundLines{{}, true}) == RefundPortion{500, 500, {}});
  CHECK_FALSE(PortionOf(order, RefundLines{{{0, 4}}, false}).has_value());
  CHECK_FALSE(PortionOf(order, RefundLines{{{2, 1}}, false}).has_value());
}

TEST_CASE("Refunds of single units add up exactly to the line's total") {
  Order order = OrderOf({Line(3, 33, 0, 1)}, 0);  // a total of 100
  std::vector<std::int64_t> shares;
  for (int i = 0; i < 3; ++i) {
    const RefundPortion portion = PortionOf(order, RefundLines{{{0, 1}}, false}).value();
    order.HoldRefund(portion, FakeClock().Now());
    shares.push_back(portion.amount);
  }
  CHECK(shares == std::vector<std::int64_t>{33, 33, 34});
}

TEST_CASE("The share of units in the largest total is computed without overflow") {
  const Order order = OrderOf({Line(1'000'000, 1'000'000'000)}, 0);
  CHECK(PortionOf(order, RefundLines{{{0, 999'999}}, false})->amount == 999'999'000'000'000);
}

void CheckWithinTotals(const Order& order) {
  REQUIRE(order.refundable() >= 0);
  REQUIRE(order->refunded_shipping <= order->shipping);
  for (const OrderLine& line : order->lines) {
    REQUIRE(line.refunded_quantity >= 0);
    REQUIRE(line.refunded_quantity <= line.quantity);
    REQUIRE(line.refunded_amount >= 0);
    REQUIRE(line.refunded_amount <= line.total);
    // If all units of a line are refunded, the refunds add up to the total of the line.
    if (line.refunded_quantity == line.quantity) REQUIRE(line.refunded_amount == line.total);
  }
}

Order RandomOrder(FakeEntropy& random) {
  std::vector<OrderLine> lines;
  for (std::uint64_t i = 0; i <= random.Below(4); ++i) {
    const auto quantity = static_cast<std::int64_t>(1 + random.Below(9));
    const auto price = static_cast<std::int64_t>(random.Below(20));
    const auto discount =
        static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(quantity * price + 1)));
    lines.push_back(Line(quantity, price, discount, static_cast<std::int64_t>(random.Below(7))));
  }
  return OrderOf(std::move(lines), static_cast<std::int64_t>(random.Below(100)));
}

// Random available units of random lines, sometimes with shipping.
RefundLines RandomScope(FakeEntropy& random, const Order& order) {
  RefundLines scope;
  for (std::size_t i = 0; i < order->lines.size(); ++i) {
    const OrderLine& line = order->lines[i];
    const std::int64_t left = line.quantity - line.refunded_quantity;
    if (left == 0 || random.Below(2) == 0) continue;
    scope.lines.push_back({static_cast<std::int64_t>(i),
                           static_cast<std::int64_t>(1 + random.Below(static_cast<std::uint64_t>(left)))});
  }
  scope.include_shipping = order->refunded_shipping == 0 && random.Below(4) == 0;
  return scope;
}

RefundLines Rest(const Order& order) {
  RefundLines rest;
  for (std::size_t i = 0; i < order->lines.size(); ++i) {
    const OrderLine& line = order->lines[i];
    const std::int64_t left = line.quantity - line.refunded_quantity;
    if (left > 0) rest.lines.push_back({static_cast<std::int64_t>(i), left});
  }
  rest.include_shipping = order->refunded_shipping == 0;
  return rest;
}

TEST_CASE("Refunds of units never exceed a line's total and add up to the total, even if some refunds fail") {
  const Seed seed(11);
  FakeEntropy random(seed.value());
  const absl::Time now = FakeClock().Now();
  for (int round = 0; round < 1500; ++round) {
    Order order = RandomOrder(random);
    std::vector<RefundPortion> pending;
    for (int step = 0; step < 12; ++step) {
      const RefundPortion portion = PortionOf(order, RandomScope(random, order)).value();
      for (const RefundPortion::Line& line : portion.lines) REQUIRE(line.amount >= 0);
      order.HoldRefund(portion, now);
      pending.push_back(portion);
      CheckWithinTotals(order);
      while (!pending.empty() && random.Below(3) == 0) {
        const auto chosen = static_cast<std::ptrdiff_t>(random.Below(pending.size()));
        const RefundPortion ended = pending[static_cast<std::size_t>(chosen)];
        pending.erase(pending.begin() + chosen);
        random.Below(2) == 0 ? order.SettleRefund(ended, now) : order.ReleaseRefund(ended, now);
        CheckWithinTotals(order);
      }
    }
    order.HoldRefund(PortionOf(order, Rest(order)).value(), now);
    CheckWithinTotals(order);
    REQUIRE(order.refundable() == 0);
  }
}

}  // namespace
}  // namespace keelson
