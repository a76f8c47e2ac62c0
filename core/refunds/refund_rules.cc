#include "core/refunds/refund_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

Verdict Judged(bool passed, std::string explanation) {
  return {{}, passed, std::move(explanation)};
}

std::string Amount(const RefundCase& c, std::int64_t minor_units) {
  return c.order.MoneyOf(minor_units).ToString();
}

Verdict OrderPaid(const RefundCase& c) {
  return c.order->paid > 0 ? Judged(true, StrCat("the order was paid: ", Amount(c, c.order->paid)))
                           : Judged(false, "nothing was paid for the order");
}

Verdict OrderStateAllows(const RefundCase& c) {
  const std::string is = StrCat("the order is ", OrderStateName(c.order->state));
  if (c.terms.states.contains(c.order->state)) return Judged(true, is);
  if (c.terms.states.empty()) return Judged(false, StrCat(is, ", and no state allows refunds"));
  const std::string allowed = absl::StrJoin(
      c.terms.states, " or ", [](std::string* out, OrderState state) { out->append(OrderStateName(state)); });
  return Judged(false, StrCat(is, ", not ", allowed));
}

Verdict WithinWindow(const RefundCase& c) {
  if (!c.order->deliver_time)
    return Judged(true, "the order has not been delivered, so the refund window has not begun");
  const absl::Time end = *c.order->deliver_time + c.terms.window;
  const bool passed = c.now <= end;
  const std::string when = absl::FormatTime("%Y-%m-%d %H:%M UTC", end, absl::UTCTimeZone());
  return Judged(passed, StrCat("the refund window ", passed ? "is open until " : "closed at ", when));
}

Verdict RefundsLeft(const RefundCase& c) {
  const std::int64_t made = c.order->refund_count;
  return Judged(made < c.terms.max_per_order,
                StrCat("the order has ", made, " of at most ", c.terms.max_per_order, " refunds"));
}

Verdict PartialAllowed(const RefundCase& c) {
  if (c.terms.partial) return Judged(true, "partial refunds are allowed");
  constexpr std::string_view kRule = "the refund must cover the whole refundable amount";
  if (!c.portion) return Judged(false, StrCat(kRule, ", but the refund amount can't be computed"));
  const std::int64_t left = c.order.refundable();
  const std::string figures = StrCat(Amount(c, c.portion->amount), " of ", Amount(c, left));
  if (c.portion->amount != left) return Judged(false, StrCat(kRule, ": ", figures));
  return Judged(true, StrCat("the refund covers the whole refundable amount: ", figures));
}

Verdict CurrencyMatches(const RefundCase& c) {
  const std::string_view paid_in = c.order->currency.code();
  const Money* amount = std::get_if<Money>(&c.scope);
  if (amount != nullptr && amount->currency != c.order->currency) {
    return Judged(false, StrCat("the order is in ", paid_in, ", the refund in ", amount->currency.code()));
  }
  return Judged(true, StrCat("the order is in ", paid_in));
}

// A refund that returns units may have the amount 0: units of a free line, or units whose share rounds to 0.
bool ReturnsUnits(const RefundCase& c) {
  return c.portion && !c.portion->lines.empty();
}

Verdict AmountPositive(const RefundCase& c) {
  if (!c.portion) return Judged(false, "the refund amount can't be computed");
  return Judged(c.portion->amount > 0 || ReturnsUnits(c),
                StrCat("the refund amount is ", Amount(c, c.portion->amount)));
}

// Explains why the requested units of one line can't be refunded; empty if they can.
std::string LineFault(const Order& order, const RefundLines::Line& wanted) {
  const std::int64_t line_id = wanted.index + 1;
  if (wanted.index < 0 || wanted.index >= static_cast<std::int64_t>(order->lines.size())) {
    return StrCat("the order has no line ", line_id);
  }
  const OrderLine& line = order->lines[static_cast<std::size_t>(wanted.index)];
  const std::int64_t left = line.quantity - line.refunded_quantity;
  if (wanted.quantity <= left) return "";
  return StrCat("line ", line_id, " has ", left, " of ", line.quantity,
                " units left, fewer than the requested ", wanted.quantity);
}

// Explains in one sentence why the requested lines can't be refunded; empty if they can.
std::string LinesFault(const Order& order, const RefundLines& scope) {
  std::vector<std::string> faults;
  for (const RefundLines::Line& line : scope.lines) {
    if (std::string fault = LineFault(order, line); !fault.empty()) faults.push_back(std::move(fault));
  }
  if (scope.include_shipping && order->refunded_shipping > 0) {
    faults.push_back("the shipping has already been refunded");
  }
  return absl::StrJoin(faults, "; ");
}

Verdict LinesAvailable(const RefundCase& c) {
  const RefundLines* lines = std::get_if<RefundLines>(&c.scope);
  if (lines == nullptr) return Judged(true, "the refund names no lines");
  const std::string fault = LinesFault(c.order, *lines);
  return fault.empty() ? Judged(true, "the requested units are available") : Judged(false, fault);
}

Verdict WithinRefundable(const RefundCase& c) {
  const std::int64_t refundable = c.order.refundable();
  const std::string left =
      StrCat(Amount(c, refundable), " of ", Amount(c, c.order->paid), " can be refunded");
  const bool moves_no_money = ReturnsUnits(c) && c.portion->amount == 0;
  if (refundable <= 0 && !moves_no_money) return Judged(false, left);
  if (!c.portion) return Judged(false, StrCat(left, ", but the refund amount can't be computed"));
  const bool passed = c.portion->amount <= refundable;
  return Judged(passed, passed ? left : StrCat(left, ", not ", Amount(c, c.portion->amount)));
}

constexpr std::array kRules = {
    RefundRule{"ORDER_PAID", OrderPaid},
    RefundRule{"ORDER_STATE", OrderStateAllows},
    RefundRule{"WITHIN_WINDOW", WithinWindow, /*can_be_overridden=*/true},
    RefundRule{"REFUNDS_LEFT", RefundsLeft, /*can_be_overridden=*/true},
    RefundRule{"PARTIAL_ALLOWED", PartialAllowed},
    RefundRule{"CURRENCY_MATCHES", CurrencyMatches},
    RefundRule{"AMOUNT_POSITIVE", AmountPositive},
    RefundRule{"LINES_AVAILABLE", LinesAvailable},
    RefundRule{"WITHIN_REFUNDABLE", WithinRefundable},
};

// Returns the amount for `quantity` more units: the share of all refunded units, including the new units,
// minus the amount of earlier refunds. After an earlier refund was released, the other refunds may have
// received more than their share; the next units then receive less.
std::int64_t ShareOf(const OrderLine& line, std::int64_t quantity) {
  const std::int64_t together = ProRata(line.total, line.refunded_quantity + quantity, line.quantity);
  return std::max<std::int64_t>(0, together - line.refunded_amount);
}

std::optional<RefundPortion> PortionOfLines(const Order& order, const RefundLines& scope) {
  if (!LinesFault(order, scope).empty()) return std::nullopt;
  RefundPortion portion;
  for (const RefundLines::Line& wanted : scope.lines) {
    const auto index = static_cast<std::size_t>(wanted.index);
    const std::int64_t share = ShareOf(order->lines[index], wanted.quantity);
    portion.lines.push_back({index, wanted.quantity, share, 0});
    portion.amount += share;
  }
  if (scope.include_shipping) portion.shipping = order->shipping;
  portion.amount += portion.shipping;
  return portion;
}

Verdict Judge(const RefundRule& rule, const RefundCase& refund_case, const RuleExceptions& exceptions) {
  Verdict verdict = rule.judge(refund_case);
  verdict.rule = rule.name;
  if (verdict.passed || !rule.can_be_overridden || !exceptions.overridden.contains(rule.name)) return verdict;
  verdict.passed = verdict.overridden = true;
  verdict.explanation += "; an approver overrides this rule";
  return verdict;
}

bool NeedsApproval(const RefundTerms& terms, const Money& amount) {
  const auto threshold = terms.approval_above.find(amount.currency);
  return threshold != terms.approval_above.end() && amount.minor_units > threshold->second;
}

}  // namespace

std::span<const RefundRule> RefundRules() {
  return kRules;
}

std::optional<RefundPortion> PortionOf(const Order& order, const RefundScope& scope) {
  if (const RefundLines* lines = std::get_if<RefundLines>(&scope)) return PortionOfLines(order, *lines);
  if (const Money* amount = std::get_if<Money>(&scope)) {
    if (amount->currency != order->currency) return std::nullopt;
    return RefundPortion{amount->minor_units, 0, {}};
  }
  return RefundPortion{order.refundable(), 0, {}};
}

RuleExceptions ExceptionsOf(std::string_view overridden_rules) {
  RuleExceptions exceptions;
  exceptions.overridden = absl::StrSplit(ToAbsl(overridden_rules), ',', absl::SkipEmpty());
  return exceptions;
}

RefundJudgement JudgeRefund(const Order& order, const RefundScope& scope, const RefundTerms& terms,
                            absl::Time now, const RuleExceptions& exceptions) {
  const RefundCase refund_case{order, scope, terms, now, PortionOf(order, scope)};
  RefundJudgement judgement;
  judgement.portion = refund_case.portion;
  judgement.allowed = true;
  for (const RefundRule& rule : kRules) {
    Verdict verdict = Judge(rule, refund_case, exceptions);
    judgement.allowed = judgement.allowed && verdict.passed;
    judgement.verdicts.push_back(std::move(verdict));
  }
  judgement.needs_approval =
      judgement.portion && NeedsApproval(terms, order.MoneyOf(judgement.portion->amount));
  return judgement;
}

std::string OverriddenRules(const std::vector<Verdict>& verdicts) {
  std::string names;
  for (const Verdict& verdict : verdicts) {
    if (verdict.overridden) names += StrCat(names.empty() ? "" : ",", verdict.rule);
  }
  return names;
}

}  // namespace keelson
