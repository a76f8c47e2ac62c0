#include "core/refunds/refund_rules.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/text.h"
#include "tests/support/fake_clock.h"

namespace keelson {
namespace {

const Currency kEur = *Currency::Parse("EUR");
const absl::Time kDeliverTime = FakeClock().Now();

// A delivered order: 3 units for 30.00 EUR, 1 unit for 2.00 EUR, shipping 5.00 EUR.
OrderFields Delivered() {
  OrderFields fields;
  fields.id = OrderId(Uuid{1});
  fields.state = OrderState::kDelivered;
  fields.currency = kEur;
  fields.lines = {{"a", "A", 3, 1000, 0, 0, 3000, 0, 0}, {"b", "B", 1, 200, 0, 0, 200, 0, 0}};
  fields.shipping = 500;
  fields.total = fields.paid = 3700;
  fields.deliver_time = kDeliverTime;
  return fields;
}

Verdict Judge(std::string_view rule, const OrderFields& fields, const RefundScope& scope,
              const RefundPolicy& policy = {}, absl::Time now = kDeliverTime) {
  for (const Verdict& verdict : JudgeRefund(Order(fields), scope, policy, now).verdicts) {
    if (verdict.rule == rule) return verdict;
  }
  throw std::runtime_error("there is no such rule");
}

void CheckPassed(const Verdict& verdict, const std::string& explanation) {
  CHECK(verdict.passed);
  CHECK(verdict.explanation == explanation);
}

void CheckFailed(const Verdict& verdict, const std::string& explanation) {
  CHECK_FALSE(verdict.passed);
  CHECK(verdict.explanation == explanation);
}

const RefundScope kEverything = RefundEverything{};

RefundScope Eur(std::int64_t minor_units) {
  return Money{kEur, minor_units};
}

RefundScope UnitsOf(std::int64_t index, std::int64_t quantity, bool include_shipping = false) {
  return RefundLines{{{index, quantity}}, include_shipping};
}

TEST_CASE("Every refund is judged by all rules, in the order that refunds.proto lists") {
  const std::vector<std::string_view> published = {
      "ORDER_PAID",       "ORDER_STATE",     "WITHIN_WINDOW",   "REFUNDS_LEFT",      "PARTIAL_ALLOWED",
      "CURRENCY_MATCHES", "AMOUNT_POSITIVE", "LINES_AVAILABLE", "WITHIN_REFUNDABLE", "PAYMENT_AVAILABLE"};
  std::vector<std::string_view> listed;
  for (const RefundRule& rule : RefundRules()) listed.push_back(rule.name);
  REQUIRE(listed.size() >= published.size());
  CHECK(std::equal(published.begin(), published.end(), listed.begin()));
  for (const OrderFields& fields : {Delivered(), OrderFields{}}) {
    const RefundJudgement judgement = JudgeRefund(Order(fields), kEverything, {}, kDeliverTime);
    std::vector<std::string_view> judged;
    for (const Verdict& verdict : judgement.verdicts) {
      judged.push_back(verdict.rule);
      CHECK_FALSE(verdict.explanation.empty());
    }
    CHECK(judged == listed);
  }
  CHECK(JudgeRefund(Order(Delivered()), kEverything, {}, kDeliverTime).allowed);
}

TEST_CASE("ORDER_PAID: the order must have been paid") {
  CheckPassed(Judge("ORDER_PAID", Delivered(), kEverything), "the order was paid: 37.00 EUR");
  OrderFields unpaid = Delivered();
  unpaid.paid = 0;
  CheckFailed(Judge("ORDER_PAID", unpaid, kEverything), "nothing was paid for the order");
}

TEST_CASE("ORDER_STATE: the order's state must be one of RefundPolicy::states") {
  CheckPassed(Judge("ORDER_STATE", Delivered(), kEverything), "the order is DELIVERED");
  OrderFields shipped = Delivered();
  shipped.state = OrderState::kShipped;
  CheckFailed(Judge("ORDER_STATE", shipped, kEverything), "the order is SHIPPED, not DELIVERED");
  RefundPolicy policy;
  policy.states = {OrderState::kPaid, OrderState::kDelivered};
  CheckFailed(Judge("ORDER_STATE", shipped, kEverything, policy),
              "the order is SHIPPED, not PAID or DELIVERED");
  policy.states = {OrderState::kShipped};
  CheckPassed(Judge("ORDER_STATE", shipped, kEverything, policy), "the order is SHIPPED");
  policy.states.clear();
  CheckFailed(Judge("ORDER_STATE", shipped, kEverything, policy),
              "the order is SHIPPED, and no state allows refunds");
}

TEST_CASE("Every explanation has a text without white space at either end") {
  RefundPolicy none;
  none.states.clear();
  none.partial = false;
  none.max_per_order = 0;
  for (const OrderFields& fields : {Delivered(), OrderFields{}}) {
    for (const RefundPolicy& policy : {RefundPolicy{}, none}) {
      for (const RefundScope& scope : {kEverything, Eur(0), UnitsOf(0, 1), UnitsOf(9, 9, true)}) {
        for (const Verdict& verdict : JudgeRefund(Order(fields), scope, policy, kDeliverTime).verdicts) {
          CAPTURE(verdict.rule);
          CHECK(Trim(verdict.explanation) == verdict.explanation);
          CHECK_FALSE(verdict.explanation.empty());
        }
      }
    }
  }
}

TEST_CASE(
    "WITHIN_WINDOW: a refund passes before the delivery, and afterwards until the end of the refund window") {
  RefundPolicy policy;
  policy.window = absl::Hours(24);
  const absl::Time end = kDeliverTime + policy.window;
  CheckPassed(Judge("WITHIN_WINDOW", Delivered(), kEverything, policy, end),
              "the refund window is open until 2026-01-02 00:00 UTC");
  CheckFailed(Judge("WITHIN_WINDOW", Delivered(), kEverything, policy, end + absl::Microseconds(1)),
              "the refund window closed at 2026-01-02 00:00 UTC");
  OrderFields shipped = Delivered();
  shipped.deliver_time.reset();
  CheckPassed(Judge("WITHIN_WINDOW", shipped, kEverything, policy, end + absl::Hours(9999)),
              "the order has not been delivered, so the refund window has not begun");
}

TEST_CASE("REFUNDS_LEFT: the order must have fewer refunds than the maximum") {
  OrderFields fields = Delivered();
  RefundPolicy policy;
  policy.max_per_order = 2;
  fields.refund_count = 1;
  CheckPassed(Judge("REFUNDS_LEFT", fields, Eur(1), policy), "the order has 1 of at most 2 refunds");
  fields.refund_count = 2;
  CheckFailed(Judge("REFUNDS_LEFT", fields, Eur(1), policy), "the order has 2 of at most 2 refunds");
}

TEST_CASE("PARTIAL_ALLOWED: without partial refunds, only the whole refundable amount is allowed") {
  CheckPassed(Judge("PARTIAL_ALLOWED", Delivered(), Eur(1)), "partial refunds are allowed");
  RefundPolicy policy;
  policy.partial = false;
  CheckPassed(Judge("PARTIAL_ALLOWED", Delivered(), kEverything, policy),
              "the refund covers the whole refundable amount: 37.00 EUR of 37.00 EUR");
  CheckPassed(Judge("PARTIAL_ALLOWED", Delivered(), Eur(3700), policy),
              "the refund covers the whole refundable amount: 37.00 EUR of 37.00 EUR");
  CheckPassed(
      Judge("PARTIAL_ALLOWED", Delivered(), RefundLines{{{0, 3}, {1, 1}}, /*include_shipping=*/true}, policy),
      "the refund covers the whole refundable amount: 37.00 EUR of 37.00 EUR");
  CheckFailed(Judge("PARTIAL_ALLOWED", Delivered(), Eur(3699), policy),
              "the refund must cover the whole refundable amount: 36.99 EUR of 37.00 EUR");
  CheckFailed(Judge("PARTIAL_ALLOWED", Delivered(), UnitsOf(0, 1), policy),
              "the refund must cover the whole refundable amount: 10.00 EUR of 37.00 EUR");
  CheckFailed(Judge("PARTIAL_ALLOWED", Delivered(), UnitsOf(7, 1), policy),
              "the refund must cover the whole refundable amount, but the refund amount can't be computed");
}

TEST_CASE("PARTIAL_ALLOWED: a refund of the whole remaining amount of a partly refunded order passes") {
  RefundPolicy policy;
  policy.partial = false;
  OrderFields fields = Delivered();
  fields.refunded = 1000;
  fields.refund_pending = 200;
  const std::string whole = "the refund covers the whole refundable amount: 25.00 EUR of 25.00 EUR";
  CheckPassed(Judge("PARTIAL_ALLOWED", fields, kEverything, policy), whole);
  CheckPassed(Judge("PARTIAL_ALLOWED", fields, Eur(2500), policy), whole);
  CheckFailed(Judge("PARTIAL_ALLOWED", fields, Eur(2499), policy),
              "the refund must cover the whole refundable amount: 24.99 EUR of 25.00 EUR");
  CHECK(JudgeRefund(Order(fields), kEverything, policy, kDeliverTime).allowed);
}

TEST_CASE("CURRENCY_MATCHES: a requested amount must have the order's currency") {
  CheckPassed(Judge("CURRENCY_MATCHES", Delivered(), Eur(1)), "the order is in EUR");
  CheckPassed(Judge("CURRENCY_MATCHES", Delivered(), kEverything), "the order is in EUR");
  CheckPassed(Judge("CURRENCY_MATCHES", Delivered(), UnitsOf(0, 1)), "the order is in EUR");
  CheckFailed(Judge("CURRENCY_MATCHES", Delivered(), Money{*Currency::Parse("USD"), 1}),
              "the order is in EUR, the refund in USD");
}

TEST_CASE("AMOUNT_POSITIVE: the refund amount must be positive") {
  CheckPassed(Judge("AMOUNT_POSITIVE", Delivered(), Eur(1)), "the refund amount is 0.01 EUR");
  CheckFailed(Judge("AMOUNT_POSITIVE", Delivered(), Eur(0)), "the refund amount is 0.00 EUR");
  CheckFailed(Judge("AMOUNT_POSITIVE", Delivered(), Eur(-1)), "the refund amount is -0.01 EUR");
  CheckFailed(Judge("AMOUNT_POSITIVE", Delivered(), UnitsOf(7, 1)), "the refund amount can't be computed");
  OrderFields spent = Delivered();
  spent.refunded = 3700;
  CheckFailed(Judge("AMOUNT_POSITIVE", spent, kEverything), "the refund amount is 0.00 EUR");
}

// A delivered order: 10 units for 5 JPY in total, a free line, and one unit for 500 JPY.
OrderFields WithZeroShares() {
  OrderFields fields = Delivered();
  fields.currency = *Currency::Parse("JPY");
  fields.lines = {{"a", "A", 10, 1, 5, 0, 5, 0, 0},
                  {"free", "Free", 1, 0, 0, 0, 0, 0, 0},
                  {"b", "B", 1, 500, 0, 0, 500, 0, 0}};
  fields.shipping = 0;
  fields.total = fields.paid = 505;
  return fields;
}

TEST_CASE("AMOUNT_POSITIVE: a zero amount passes only if the refund returns units") {
  CheckPassed(Judge("AMOUNT_POSITIVE", WithZeroShares(), UnitsOf(0, 1)), "the refund amount is 0 JPY");
  CheckPassed(Judge("AMOUNT_POSITIVE", WithZeroShares(), UnitsOf(1, 1)), "the refund amount is 0 JPY");
  CheckFailed(Judge("AMOUNT_POSITIVE", WithZeroShares(), Money{*Currency::Parse("JPY"), 0}),
              "the refund amount is 0 JPY");
  CheckFailed(Judge("AMOUNT_POSITIVE", WithZeroShares(), RefundLines{{}, /*include_shipping=*/true}),
              "the refund amount is 0 JPY");
  CHECK(JudgeRefund(Order(WithZeroShares()), UnitsOf(1, 1), {}, kDeliverTime).allowed);
}

TEST_CASE("WITHIN_REFUNDABLE: units pass with the amount 0 if no amount can be refunded any more") {
  OrderFields spent = WithZeroShares();
  spent.refunded = spent.paid;
  const std::string nothing_left = "0 JPY of 505 JPY can be refunded";
  CheckPassed(Judge("WITHIN_REFUNDABLE", spent, UnitsOf(1, 1)), nothing_left);
  CheckPassed(Judge("WITHIN_REFUNDABLE", spent, UnitsOf(2, 1)), nothing_left);
  CheckFailed(Judge("WITHIN_REFUNDABLE", spent, RefundLines{{{2, 1, 1}}, false}), nothing_left);
  CheckFailed(Judge("WITHIN_REFUNDABLE", spent, RefundLines{{}, true}), nothing_left);
  CheckFailed(Judge("WITHIN_REFUNDABLE", spent, kEverything), nothing_left);
  CHECK(JudgeRefund(Order(spent), UnitsOf(1, 1), {}, kDeliverTime).allowed);
  CHECK(JudgeRefund(Order(spent), UnitsOf(2, 1), {}, kDeliverTime).portion ==
        RefundPortion{0, 0, {{2, 1, 0, 500}}});
}

TEST_CASE("LINES_AVAILABLE: the requested units and shipping must be neither refunded nor reserved") {
  CheckPassed(Judge("LINES_AVAILABLE", Delivered(), Eur(1)), "the refund names no lines");
  CheckPassed(Judge("LINES_AVAILABLE", Delivered(), UnitsOf(0, 3, true)),
              "the requested units are available");
  CheckFailed(Judge("LINES_AVAILABLE", Delivered(), UnitsOf(0, 4)),
              "line 1 has 3 of 3 units left, fewer than the requested 4");
  CheckFailed(Judge("LINES_AVAILABLE", Delivered(), UnitsOf(2, 1)), "the order has no line 3");
  CheckFailed(Judge("LINES_AVAILABLE", Delivered(), UnitsOf(-1, 1)), "the order has no line 0");
  OrderFields fields = Delivered();
  fields.lines[0].refunded_quantity = 2;
  fields.lines[0].refunded_amount = 2000;
  fields.refunded_shipping = 500;
  fields.refunded = 2500;
  CheckPassed(Judge("LINES_AVAILABLE", fields, UnitsOf(0, 1)), "the requested units are available");
  CheckFailed(
      Judge("LINES_AVAILABLE", fields, RefundLines{{{0, 2}, {5, 1}, {1, 1}}, true}),
      "line 1 has 1 of 3 units left, fewer than the requested 2; the order has no line 6; the shipping has "
      "already been refunded");
}

TEST_CASE("LINES_AVAILABLE: a requested amount must not exceed the share of the units") {
  CheckPassed(Judge("LINES_AVAILABLE", Delivered(), RefundLines{{{0, 2, 2000}}, false}),
              "the requested units are available");
  CheckFailed(Judge("LINES_AVAILABLE", Delivered(), RefundLines{{{0, 2, 2001}}, false}),
              "line 1: the requested 20.01 EUR exceeds the share of the units, 20.00 EUR");
  OrderFields fields = Delivered();
  fields.lines[0].refunded_quantity = 1;
  fields.lines[0].refunded_amount = 900;
  fields.lines[0].withheld_amount = 100;
  fields.refunded = 900;
  CheckFailed(Judge("LINES_AVAILABLE", fields, RefundLines{{{0, 1, 1001}}, false}),
              "line 1: the requested 10.01 EUR exceeds the share of the units, 10.00 EUR");
}

TEST_CASE("LINES_AVAILABLE: a requested shipping must not exceed the shipping that is left") {
  OrderFields fields = Delivered();
  fields.refunded_shipping = 200;
  fields.refunded = 200;
  CheckPassed(Judge("LINES_AVAILABLE", fields, RefundLines{{}, true}), "the requested units are available");
  CheckPassed(Judge("LINES_AVAILABLE", fields, RefundLines{{}, false, 300}),
              "the requested units are available");
  CheckFailed(Judge("LINES_AVAILABLE", fields, RefundLines{{}, false, 301}),
              "the shipping has 3.00 EUR of 5.00 EUR left, less than the requested 3.01 EUR");
}

TEST_CASE(
    "amounts of a composition in another currency fail only CURRENCY_MATCHES and what depends on the "
    "amount") {
  const RefundScope dollars = RefundLines{{{0, 1, 9999}}, false, 9999, 1, *Currency::Parse("USD")};
  CheckFailed(Judge("CURRENCY_MATCHES", Delivered(), dollars), "the order is in EUR, the refund in USD");
  CheckPassed(Judge("LINES_AVAILABLE", Delivered(), dollars), "the requested units are available");
  CheckFailed(Judge("AMOUNT_POSITIVE", Delivered(), dollars), "the refund amount can't be computed");
  const RefundScope euros = RefundLines{{{0, 1, 999}}, false, 1, 1, kEur};
  CheckPassed(Judge("CURRENCY_MATCHES", Delivered(), euros), "the order is in EUR");
  CHECK(JudgeRefund(Order(Delivered()), euros, {}, kDeliverTime).allowed);
}

TEST_CASE("WITHIN_REFUNDABLE: pending and succeeded refunds reduce the refundable amount") {
  OrderFields fields = Delivered();
  fields.refunded = 1000;
  fields.refund_pending = 700;
  CheckPassed(Judge("WITHIN_REFUNDABLE", fields, Eur(2000)), "20.00 EUR of 37.00 EUR can be refunded");
  CheckFailed(Judge("WITHIN_REFUNDABLE", fields, Eur(2001)),
              "20.00 EUR of 37.00 EUR can be refunded, not 20.01 EUR");
  // The amount of units is limited to what is left, but a requested amount is not.
  CheckPassed(Judge("WITHIN_REFUNDABLE", fields, UnitsOf(0, 3)), "20.00 EUR of 37.00 EUR can be refunded");
  CheckFailed(Judge("WITHIN_REFUNDABLE", fields, RefundLines{{{0, 3, 2001}}, false}),
              "20.00 EUR of 37.00 EUR can be refunded, not 20.01 EUR");
  CheckFailed(Judge("WITHIN_REFUNDABLE", fields, RefundLines{{}, false, 500, 1501}),
              "20.00 EUR of 37.00 EUR can be refunded, not 20.01 EUR");
  CheckFailed(Judge("WITHIN_REFUNDABLE", fields, UnitsOf(7, 1)),
              "20.00 EUR of 37.00 EUR can be refunded, but the refund amount can't be computed");
  CheckPassed(Judge("WITHIN_REFUNDABLE", fields, kEverything), "20.00 EUR of 37.00 EUR can be refunded");
  fields.refunded = 3700;
  fields.refund_pending = 0;
  CheckFailed(Judge("WITHIN_REFUNDABLE", fields, kEverything), "0.00 EUR of 37.00 EUR can be refunded");
}

TEST_CASE("An overridden rule passes, and its explanation keeps the figures") {
  RefundPolicy policy;
  policy.window = absl::Hours(24);
  policy.max_per_order = 1;
  OrderFields late = Delivered();
  late.refund_count = 1;
  const auto judge = [&](const RuleExceptions& exceptions, absl::Time now) {
    return JudgeRefund(Order(late), kEverything, policy, now, exceptions);
  };
  const absl::Time after = kDeliverTime + absl::Hours(25);
  CHECK_FALSE(judge({{"WITHIN_WINDOW"}}, after).allowed);
  CHECK_FALSE(judge({{"REFUNDS_LEFT"}}, after).allowed);
  const RefundJudgement both = judge({{"REFUNDS_LEFT", "WITHIN_WINDOW"}}, after);
  CHECK(both.allowed);
  CHECK(OverriddenRules(both.verdicts) == "WITHIN_WINDOW,REFUNDS_LEFT");
  for (const Verdict& verdict : both.verdicts) {
    const bool is_overridden = verdict.rule == "WITHIN_WINDOW" || verdict.rule == "REFUNDS_LEFT";
    CHECK(verdict.passed);
    CHECK(verdict.overridden == is_overridden);
  }
  CHECK(both.verdicts[3].explanation ==
        "the order has 1 of at most 1 refunds; an approver overrides this rule");
  // A rule that passes by itself is not overridden.
  const RefundJudgement early = judge({{"REFUNDS_LEFT", "WITHIN_WINDOW"}}, kDeliverTime);
  CHECK(OverriddenRules(early.verdicts) == "REFUNDS_LEFT");
}

TEST_CASE("Only WITHIN_WINDOW and REFUNDS_LEFT can be overridden") {
  std::vector<std::string_view> names;
  RuleExceptions all;
  for (const RefundRule& rule : RefundRules()) {
    all.overridden.emplace(rule.name);
    if (rule.can_be_overridden) names.push_back(rule.name);
  }
  CHECK(names == std::vector<std::string_view>{"WITHIN_WINDOW", "REFUNDS_LEFT"});
  OrderFields shipped = Delivered();
  shipped.state = OrderState::kShipped;
  const RefundJudgement judgement = JudgeRefund(Order(shipped), Eur(9999), {}, kDeliverTime, all);
  CHECK_FALSE(judgement.allowed);
  CHECK(OverriddenRules(judgement.verdicts).empty());
}

TEST_CASE("ExceptionsOf reads the stored names of overridden rules") {
  CHECK(ExceptionsOf("").overridden.empty());
  CHECK(ExceptionsOf("REFUNDS_LEFT").overridden == RuleNames{"REFUNDS_LEFT"});
  CHECK(ExceptionsOf("WITHIN_WINDOW,REFUNDS_LEFT").overridden == RuleNames{"REFUNDS_LEFT", "WITHIN_WINDOW"});
}

TEST_CASE("A refund is allowed if and only if every rule passes") {
  RefundPolicy strict;
  strict.partial = false;
  strict.max_per_order = 1;
  OrderFields shipped = Delivered();
  shipped.state = OrderState::kShipped;
  OrderFields used = Delivered();
  used.refund_count = 1;
  for (const OrderFields& fields : {Delivered(), shipped, used}) {
    for (const RefundPolicy& policy : {RefundPolicy{}, strict}) {
      for (const RefundScope& scope : {kEverything, Eur(1), Eur(9999), UnitsOf(0, 1), UnitsOf(0, 9)}) {
        const RefundJudgement judgement = JudgeRefund(Order(fields), scope, policy, kDeliverTime);
        bool all = true;
        for (const Verdict& verdict : judgement.verdicts) all = all && verdict.passed;
        CHECK(judgement.allowed == all);
      }
    }
  }
}

TEST_CASE("A refund needs approval above its currency's threshold, but not at the threshold") {
  RefundPolicy policy;
  policy.approval_above = {{kEur, 1000}, {*Currency::Parse("JPY"), 0}};
  const auto needs = [&](const OrderFields& fields, const RefundScope& scope) {
    return JudgeRefund(Order(fields), scope, policy, kDeliverTime).needs_approval;
  };
  CHECK_FALSE(needs(Delivered(), Eur(1000)));
  CHECK(needs(Delivered(), Eur(1001)));
  CHECK(needs(Delivered(), kEverything));
  CHECK_FALSE(needs(Delivered(), UnitsOf(7, 1)));
  // The threshold counts all refunds of the order, but a refund without money needs no approval.
  OrderFields split = Delivered();
  split.refunded = 600;
  split.refund_pending = 300;
  CHECK_FALSE(needs(split, Eur(100)));
  CHECK(needs(split, Eur(101)));
  CHECK(needs(split, RefundLines{{{0, 1, 50}}, false, 50, 1, kEur}));
  split.refunded = 3400;
  CHECK_FALSE(needs(split, UnitsOf(0, 1)));
  OrderFields dollars = Delivered();
  dollars.currency = *Currency::Parse("USD");
  CHECK_FALSE(needs(dollars, kEverything));
}

}  // namespace
}  // namespace keelson
