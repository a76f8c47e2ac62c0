#include <catch2/catch.hpp>
#include <vector>

#include "core/refunds/refund_rules.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

Order OrderOf(std::vector<OrderLine> lines, std::int64_t shipping, std::string_view currency = "EUR") {
  OrderFields fields = Order::Create(OrderId(Uuid{1}), UserId(Uuid{2}), *Currency::Parse(currency),
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

void Hold(Order& order, const RefundScope& scope) {
  order.HoldRefund({}, PortionOf(order, scope).value(), FakeClock().Now());
}

TEST_CASE("PortionOf everything returns all units, the shipping and the rest of the refundable amount") {
  Order order = OrderOf({Line(3, 1000), Line(1, 200)}, 500);
  CHECK(PortionOf(order, RefundEverything{}) == RefundPortion{3700, 500, {{0, 3, 3000}, {1, 1, 200}}});
  Hold(order, RefundLines{{{0, 1, 900}, {1, 1}}, false, 100});
  // The withheld 1.00 of line 1 is goodwill.
  const RefundPortion rest = PortionOf(order, RefundEverything{}).value();
  CHECK(rest == RefundPortion{2500, 400, {{0, 2, 2000}}});
  CHECK(rest.goodwill() == 100);
}

TEST_CASE("PortionOf everything after a refund of an amount reduces the shipping before the last line") {
  Order order = OrderOf({Line(1, 1000), Line(1, 1000)}, 500);
  Hold(order, Money{*Currency::Parse("EUR"), 300});
  CHECK(PortionOf(order, RefundEverything{}) == RefundPortion{2200, 200, {{0, 1, 1000}, {1, 1, 1000}}});
  Hold(order, Money{*Currency::Parse("EUR"), 900});
  CHECK(PortionOf(order, RefundEverything{}) == RefundPortion{1300, 0, {{0, 1, 1000}, {1, 1, 300, 700}}});
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

// Refunds the units of the first line one by one, and returns the amounts.
std::vector<std::int64_t> AmountsByUnit(Order order) {
  std::vector<std::int64_t> amounts;
  while (order->lines[0].refunded_quantity < order->lines[0].quantity) {
    const RefundPortion portion = PortionOf(order, RefundLines{{{0, 1}}, false}).value();
    order.HoldRefund({}, portion, FakeClock().Now());
    amounts.push_back(portion.amount);
  }
  return amounts;
}

TEST_CASE("three units over 10 currency units add up to the total in currencies of 0, 2, 3 and 4 decimals") {
  const auto amounts_in = [](std::string_view code, std::int64_t minor_units) {
    // Three units cost one minor unit less than the line's total, which is the tax.
    return AmountsByUnit(OrderOf({Line(3, minor_units / 3, 0, 1)}, 0, code));
  };
  using Amounts = std::vector<std::int64_t>;
  CHECK(amounts_in("JPY", 10) == Amounts{3, 3, 4});
  CHECK(amounts_in("EUR", 1000) == Amounts{333, 333, 334});
  CHECK(amounts_in("KWD", 10000) == Amounts{3333, 3333, 3334});
  CHECK(amounts_in("CLF", 100000) == Amounts{33333, 33333, 33334});
}

TEST_CASE("a discount reduces the share of every unit of its line") {
  // 4 units of 10.00 with a discount of 0.05 have the total 39.95.
  CHECK(AmountsByUnit(OrderOf({Line(4, 1000, 5)}, 500)) == std::vector<std::int64_t>{998, 999, 999, 999});
  CHECK(AmountsByUnit(OrderOf({Line(2, 1000, 2000)}, 500)) == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("the shipping is refunded once, at once or in parts") {
  Order order = OrderOf({Line(1, 1000)}, 500);
  Hold(order, RefundLines{{}, false, 150});
  CHECK(PortionOf(order, RefundLines{{}, true}) == RefundPortion{350, 350, {}});
  CHECK(PortionOf(order, RefundLines{{}, false, 350}) == RefundPortion{350, 350, {}});
  CHECK_FALSE(PortionOf(order, RefundLines{{}, false, 351}).has_value());
  Hold(order, RefundLines{{}, true});
  CHECK_FALSE(PortionOf(order, RefundLines{{}, true}).has_value());
  CHECK_FALSE(PortionOf(order, RefundLines{{}, false, 1}).has_value());
}

TEST_CASE(
    "a composition adds up requested and computed amounts of lines, a part of the shipping and goodwill") {
  const Order order = OrderOf({Line(3, 1000), Line(2, 50)}, 500);
  const RefundPortion portion = PortionOf(order, RefundLines{{{0, 2, 1500}, {1, 1}}, false, 120, 7}).value();
  CHECK(portion == RefundPortion{1500 + 50 + 120 + 7, 120, {{0, 2, 1500, 500}, {1, 1, 50, 0}}});
  CHECK(portion.goodwill() == 7);
  CHECK(PortionOf(order, RefundLines{{{0, 1, 0}}, false}) == RefundPortion{0, 0, {{0, 1, 0, 1000}}});
  CHECK_FALSE(PortionOf(order, RefundLines{{{0, 1, 1001}}, false}).has_value());
}

TEST_CASE("later units do not pay out a restocking fee that earlier units withheld") {
  Order order = OrderOf({Line(3, 33, 0, 1)}, 0);
  Hold(order, RefundLines{{{0, 1, 23}}, false});
  CHECK(order->lines[0].withheld_amount == 10);
  CHECK(PortionOf(order, RefundLines{{{0, 1}}, false}) == RefundPortion{33, 0, {{0, 1, 33, 0}}});
  CHECK(PortionOf(order, RefundLines{{{0, 2}}, false}) == RefundPortion{67, 0, {{0, 2, 67, 0}}});
  Hold(order, RefundLines{{{0, 2}}, false});
  CHECK(order.refundable() == 10);
  CHECK(PortionOf(order, RefundLines{{}, false, 0, 10}) == RefundPortion{10, 0, {}});
}

TEST_CASE("a released refund returns its amounts and its withheld share") {
  Order order = OrderOf({Line(3, 1000)}, 500);
  const OrderFields before = order.fields();
  const RefundPortion portion = PortionOf(order, RefundLines{{{0, 2, 1500}}, true, 0, 20}).value();
  order.HoldRefund({}, portion, FakeClock().Now());
  order.ReleaseRefund({}, portion, FakeClock().Now());
  CHECK(order->lines == before.lines);
  CHECK(order->refunded_shipping == 0);
  CHECK(order.refundable() == before.paid);
}

TEST_CASE("after goodwill, units are returned with the amount that is left, which may be 0") {
  Order order = OrderOf({Line(2, 1000), Line(1, 300)}, 200);
  Hold(order, RefundLines{{}, false, 0, 1100});
  Hold(order, RefundLines{{{0, 1}}, false});
  CHECK(order->lines[0].refunded_amount == 1000);
  CHECK(PortionOf(order, RefundLines{{{0, 1}, {1, 1}}, true}) ==
        RefundPortion{400, 0, {{0, 1, 400, 600}, {1, 1, 0, 300}}});
  Hold(order, RefundLines{{{0, 1}}, false});
  CHECK(order.refundable() == 0);
  CHECK(PortionOf(order, RefundLines{{{1, 1}}, false}) == RefundPortion{0, 0, {{1, 1, 0, 300}}});
}

TEST_CASE("the largest requested amounts do not overflow") {
  const Order order = OrderOf({Line(1, kMaxMinorUnits)}, 0);
  CHECK(PortionOf(order, RefundLines{{{0, 1, kMaxMinorUnits}}, false, 0, kMaxMinorUnits})->amount ==
        2 * kMaxMinorUnits);
  std::vector<OrderLine> lines(500, Line(1, kMaxMinorUnits / 500));
  RefundLines all;
  for (std::int64_t i = 0; i < 500; ++i) all.lines.push_back({i, 1, kMaxMinorUnits});
  CHECK_FALSE(PortionOf(OrderOf(lines, 0), all).has_value());
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

TEST_CASE("refunds unit by unit and one refund of everything end at the same totals") {
  const Seed seed(12);
  FakeEntropy random(seed.value());
  const absl::Time now = FakeClock().Now();
  for (int round = 0; round < 500; ++round) {
    Order by_unit = RandomOrder(random);
    Order at_once = by_unit;
    at_once.HoldRefund({}, PortionOf(at_once, RefundEverything{}).value(), now);
    std::vector<std::int64_t> units;
    for (std::size_t i = 0; i < by_unit->lines.size(); ++i) {
      units.insert(units.end(), static_cast<std::size_t>(by_unit->lines[i].quantity),
                   static_cast<std::int64_t>(i));
    }
    while (!units.empty()) {
      const auto chosen = static_cast<std::ptrdiff_t>(random.Below(units.size()));
      Hold(by_unit, RefundLines{{{units[static_cast<std::size_t>(chosen)], 1}}, false});
      units.erase(units.begin() + chosen);
    }
    if (by_unit->shipping > 0) Hold(by_unit, RefundLines{{}, true});
    REQUIRE(by_unit->lines == at_once->lines);
    REQUIRE(by_unit->refunded_shipping == at_once->refunded_shipping);
    REQUIRE(by_unit->refund_pending == at_once->refund_pending);
    REQUIRE(by_unit.refundable() == 0);
  }
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
      order.HoldRefund({}, portion, now);
      pending.push_back(portion);
      CheckWithinTotals(order);
      while (!pending.empty() && random.Below(3) == 0) {
        const auto chosen = static_cast<std::ptrdiff_t>(random.Below(pending.size()));
        const RefundPortion ended = pending[static_cast<std::size_t>(chosen)];
        pending.erase(pending.begin() + chosen);
        random.Below(2) == 0 ? order.SettleRefund({}, ended, now) : order.ReleaseRefund({}, ended, now);
        CheckWithinTotals(order);
      }
    }
    order.HoldRefund({}, PortionOf(order, Rest(order)).value(), now);
    CheckWithinTotals(order);
    REQUIRE(order.refundable() == 0);
  }
}

}  // namespace
}  // namespace keelson
