#include "core/refunds/refund_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

Verdict Judged(bool passed, std::string explanation) {
  return {{}, passed, std::move(explanation)};
}

std::string Formatted(const Order& order, std::int64_t minor_units) {
  return order.MoneyOf(minor_units).ToString();
}

std::string Formatted(const RefundCase& c, std::int64_t minor_units) {
  return Formatted(c.order, minor_units);
}

Verdict OrderPaid(const RefundCase& c) {
  return c.order->paid > 0 ? Judged(true, StrCat("the order was paid: ", Formatted(c, c.order->paid)))
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
  const std::string figures = StrCat(Formatted(c, c.portion->amount), " of ", Formatted(c, left));
  if (c.portion->amount != left) return Judged(false, StrCat(kRule, ": ", figures));
  return Judged(true, StrCat("the refund covers the whole refundable amount: ", figures));
}

// The currency of the requested amounts; nullopt if the scope has no amount.
std::optional<Currency> CurrencyOf(const RefundScope& scope) {
  if (const Money* amount = std::get_if<Money>(&scope)) return amount->currency;
  if (const RefundLines* lines = std::get_if<RefundLines>(&scope)) return lines->currency;
  return std::nullopt;
}

Verdict CurrencyMatches(const RefundCase& c) {
  const std::string_view paid_in = c.order->currency.code();
  const std::optional<Currency> requested = CurrencyOf(c.scope);
  if (requested && *requested != c.order->currency) {
    return Judged(false, StrCat("the order is in ", paid_in, ", the refund in ", requested->code()));
  }
  return Judged(true, StrCat("the order is in ", paid_in));
}

// A refund that names units may have the amount 0: units of a free line, units whose share rounds to 0, or
// units of an order whose whole amount was refunded before. A refund of everything must have an amount, so
// that a repeated call for everything fails.
bool ReturnsUnits(const RefundCase& c) {
  const RefundLines* lines = std::get_if<RefundLines>(&c.scope);
  return c.portion && lines != nullptr && !lines->lines.empty();
}

Verdict AmountPositive(const RefundCase& c) {
  if (!c.portion) return Judged(false, "the refund amount can't be computed");
  return Judged(c.portion->amount > 0 || ReturnsUnits(c),
                StrCat("the refund amount is ", Formatted(c, c.portion->amount)));
}

// Returns the share of `quantity` more units: the share of all refunded units, including the new units, minus
// what earlier refunds paid out or withheld. After an earlier refund was released, the other refunds may have
// received more than their share; the next units then receive less.
std::int64_t ShareOf(const OrderLine& line, std::int64_t quantity) {
  const std::int64_t together = ProRata(line.total, line.refunded_quantity + quantity, line.quantity);
  return std::max<std::int64_t>(0, together - line.refunded_amount - line.withheld_amount);
}

std::int64_t ShippingLeft(const Order& order) {
  return order->shipping - order->refunded_shipping;
}

// An amount in another currency than the order's can't be compared: CURRENCY_MATCHES fails.
bool HasComparableAmounts(const Order& order, const RefundLines& scope) {
  return scope.currency.value_or(order->currency) == order->currency;
}

// Explains why the requested units of one line can't be refunded; empty if they can.
std::string UnitsFault(const Order& order, const RefundLines::Line& wanted) {
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

// Explains why the requested amount of available units can't be refunded; empty if it can.
std::string AmountFault(const Order& order, const RefundLines::Line& wanted) {
  const std::int64_t share = ShareOf(order->lines[static_cast<std::size_t>(wanted.index)], wanted.quantity);
  if (wanted.amount.value_or(0) <= share) return "";
  return StrCat("line ", wanted.index + 1, ": the requested ", Formatted(order, *wanted.amount),
                " exceeds the share of the units, ", Formatted(order, share));
}

std::string LineFault(const Order& order, const RefundLines& scope, const RefundLines::Line& wanted) {
  std::string fault = UnitsFault(order, wanted);
  return fault.empty() && HasComparableAmounts(order, scope) ? AmountFault(order, wanted) : fault;
}

std::string ShippingFault(const Order& order, const RefundLines& scope) {
  const std::int64_t left = ShippingLeft(order);
  if (scope.include_shipping && order->refunded_shipping > 0 && left == 0) {
    return "the shipping has already been refunded";
  }
  if (scope.shipping <= left || !HasComparableAmounts(order, scope)) return "";
  return StrCat("the shipping has ", Formatted(order, left), " of ", Formatted(order, order->shipping),
                " left, less than the requested ", Formatted(order, scope.shipping));
}

// Explains in one sentence why the requested lines and shipping can't be refunded; empty if they can.
std::string LinesFault(const Order& order, const RefundLines& scope) {
  std::vector<std::string> faults;
  for (const RefundLines::Line& line : scope.lines) {
    if (std::string fault = LineFault(order, scope, line); !fault.empty()) faults.push_back(std::move(fault));
  }
  if (std::string fault = ShippingFault(order, scope); !fault.empty()) faults.push_back(std::move(fault));
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
      StrCat(Formatted(c, refundable), " of ", Formatted(c, c.order->paid), " can be refunded");
  const bool moves_no_money = ReturnsUnits(c) && c.portion->amount == 0;
  if (refundable <= 0 && !moves_no_money) return Judged(false, left);
  if (!c.portion) return Judged(false, StrCat(left, ", but the refund amount can't be computed"));
  const bool passed = c.portion->amount <= refundable;
  return Judged(passed, passed ? left : StrCat(left, ", not ", Formatted(c, c.portion->amount)));
}

Verdict PaymentAvailable(const RefundCase& c) {
  if (!c.payment) return Judged(true, "the refund names no payment");
  const std::vector<OrderPayment> payments = c.order.payments();
  const std::size_t number = *c.payment + 1;
  if (number > payments.size()) return Judged(false, StrCat("the order has no payment ", number));
  const OrderPayment& payment = payments[*c.payment];
  const std::string left = StrCat(Formatted(c, payment.refundable()), " of payment ", number, ", ",
                                  Formatted(c, payment.amount), ", can be refunded");
  if (!c.portion) return Judged(false, StrCat(left, ", but the refund amount can't be computed"));
  const bool passed = c.portion->amount <= payment.refundable();
  return Judged(passed, passed ? left : StrCat(left, ", not ", Formatted(c, c.portion->amount)));
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
    RefundRule{"PAYMENT_AVAILABLE", PaymentAvailable},
};

// The amount that can be refunded to the payment, or to all payments of the order; at least 0. nullopt if the
// order does not have the payment.
std::optional<std::int64_t> RefundableOf(const Order& order, std::optional<std::size_t> payment) {
  if (!payment) return std::max<std::int64_t>(0, order.refundable());
  const std::vector<OrderPayment> payments = order.payments();
  if (*payment >= payments.size()) return std::nullopt;
  return std::max<std::int64_t>(0, payments[*payment].refundable());
}

// Adds up the parts of a portion. A part without a requested amount gets what is available, and at most the
// rest of the refundable amount. The sums fit int64: a request has at most 500 lines, each of at
// most kMaxMinorUnits, and two further amounts.
class PortionBuilder {
 public:
  // `refundable`: the amount that can be refunded, at least 0.
  PortionBuilder(const Order& order, std::int64_t refundable) : order_(order), left_(refundable) {}

  void AddUnits(std::size_t index, std::int64_t quantity, std::optional<std::int64_t> requested) {
    const std::int64_t share = ShareOf(order_->lines[index], quantity);
    const std::int64_t amount = requested.value_or(std::min(share, left_));
    portion_.lines.push_back({index, quantity, amount, share - amount});
    Add(amount);
  }

  void AddShipping(std::int64_t amount) {
    portion_.shipping = amount;
    Add(amount);
  }
  void AddRemainingShipping() { AddShipping(std::min(ShippingLeft(order_), left_)); }

  void AddGoodwill(std::int64_t amount) { Add(amount); }
  void AddRestAsGoodwill() { Add(left_); }

  RefundPortion Take() { return std::move(portion_); }

 private:
  void Add(std::int64_t amount) {
    portion_.amount += amount;
    left_ = std::max<std::int64_t>(0, left_ - amount);
  }

  const Order& order_;
  // The refundable amount beyond the parts so far.
  std::int64_t left_;
  RefundPortion portion_;
};

RefundPortion PortionOfEverything(const Order& order, std::int64_t refundable) {
  PortionBuilder portion(order, refundable);
  // A part of the order's refundable amount belongs to no particular units.
  if (refundable < order.refundable()) {
    portion.AddRestAsGoodwill();
    return portion.Take();
  }
  for (std::size_t i = 0; i < order->lines.size(); ++i) {
    const std::int64_t units = order->lines[i].quantity - order->lines[i].refunded_quantity;
    if (units > 0) portion.AddUnits(i, units, std::nullopt);
  }
  portion.AddRemainingShipping();
  portion.AddRestAsGoodwill();
  return portion.Take();
}

std::optional<RefundPortion> PortionOfLines(const Order& order, const RefundLines& scope,
                                            std::int64_t refundable) {
  if (!HasComparableAmounts(order, scope) || !LinesFault(order, scope).empty()) return std::nullopt;
  PortionBuilder portion(order, refundable);
  for (const RefundLines::Line& line : scope.lines) {
    portion.AddUnits(static_cast<std::size_t>(line.index), line.quantity, line.amount);
  }
  if (scope.include_shipping) {
    portion.AddRemainingShipping();
  } else {
    portion.AddShipping(scope.shipping);
  }
  portion.AddGoodwill(scope.goodwill);
  return portion.Take();
}

// Thresholds count all refunds of the order, so that a refund can't evade the approval by being split.
bool NeedsApproval(const RefundTerms& terms, const Order& order, std::int64_t amount) {
  const auto threshold = terms.approval_above.find(order->currency);
  return threshold != terms.approval_above.end() && amount > 0 &&
         order->refunded + order->refund_pending + amount > threshold->second;
}

// The part of a kept amount that the current share of the units covers. The rest, a rounding difference, is
// judged as goodwill. An amount beyond what is left of the line's total is returned unchanged, so that the
// rule LINES_AVAILABLE fails.
std::int64_t CoveredByShare(const OrderLine& line, const RefundLine& kept) {
  const std::int64_t left = line.total - line.refunded_amount - line.withheld_amount;
  return kept.amount > left ? kept.amount : std::min(kept.amount, ShareOf(line, kept.quantity));
}

// The scope with exactly the amounts of the refund.
RefundLines ScopeOf(const Order& order, const Refund& refund) {
  RefundLines scope;
  scope.currency = refund->currency;
  scope.shipping = refund->shipping;
  scope.goodwill = refund.goodwill();
  for (const RefundLine& kept : refund->lines) {
    const std::int64_t amount = CoveredByShare(order->lines[static_cast<std::size_t>(kept.index)], kept);
    scope.goodwill += kept.amount - amount;
    scope.lines.push_back({kept.index, kept.quantity, amount});
  }
  return scope;
}

// The refund's portion, with the withheld shares of `judged`, which has the same lines. A refund that shares
// its units with another refund of the same call must not withhold the other refund's amount.
RefundPortion KeepAmounts(const Refund& refund, const RefundPortion& judged) {
  RefundPortion portion = refund.portion();
  for (std::size_t i = 0; i < portion.lines.size(); ++i) {
    std::int64_t& withheld = portion.lines[i].withheld;
    withheld =
        refund->split_ids.empty() ? judged.lines[i].withheld : std::min(withheld, judged.lines[i].withheld);
  }
  return portion;
}

constexpr std::array<std::string_view, 4> kPolicyRules = {"ORDER_STATE", "WITHIN_WINDOW", "REFUNDS_LEFT",
                                                          "PARTIAL_ALLOWED"};

void WaivePolicyRules(RefundJudgement& judgement) {
  judgement.allowed = true;
  for (Verdict& verdict : judgement.verdicts) {
    verdict.passed = verdict.passed ||
                     std::find(kPolicyRules.begin(), kPolicyRules.end(), verdict.rule) != kPolicyRules.end();
    judgement.allowed = judgement.allowed && verdict.passed;
  }
}

Verdict Judge(const RefundRule& rule, const RefundCase& refund_case, const RuleExceptions& exceptions) {
  Verdict verdict = rule.judge(refund_case);
  verdict.rule = rule.name;
  if (verdict.passed || !rule.can_be_overridden || !exceptions.overridden.contains(rule.name)) return verdict;
  verdict.passed = verdict.overridden = true;
  verdict.explanation += "; an approver overrides this rule";
  return verdict;
}

}  // namespace

std::span<const RefundRule> RefundRules() {
  return kRules;
}

bool CanBeOverridden(std::string_view rule) {
  return std::any_of(kRules.begin(), kRules.end(),
                     [&](const RefundRule& each) { return each.can_be_overridden && each.name == rule; });
}

std::optional<RefundPortion> PortionOf(const Order& order, const RefundScope& scope,
                                       std::optional<std::size_t> payment) {
  const std::optional<std::int64_t> refundable = RefundableOf(order, payment);
  if (!refundable) return std::nullopt;
  std::optional<RefundPortion> portion;
  if (const RefundLines* lines = std::get_if<RefundLines>(&scope)) {
    portion = PortionOfLines(order, *lines, *refundable);
  } else if (const Money* amount = std::get_if<Money>(&scope)) {
    if (amount->currency == order->currency) portion = RefundPortion{amount->minor_units, 0, {}};
  } else {
    portion = PortionOfEverything(order, *refundable);
  }
  if (portion) portion->payment = payment.value_or(0);
  return portion;
}

RuleExceptions ExceptionsOf(std::string_view overridden_rules) {
  RuleExceptions exceptions;
  exceptions.overridden = absl::StrSplit(ToAbsl(overridden_rules), ',', absl::SkipEmpty());
  return exceptions;
}

RefundJudgement JudgeRefund(const Order& order, const RefundScope& scope, const RefundTerms& terms,
                            absl::Time now, const RuleExceptions& exceptions,
                            std::optional<std::size_t> payment) {
  const RefundCase refund_case{order, scope, terms, now, PortionOf(order, scope, payment), payment};
  RefundJudgement judgement;
  judgement.portion = refund_case.portion;
  judgement.allowed = true;
  for (const RefundRule& rule : kRules) {
    Verdict verdict = Judge(rule, refund_case, exceptions);
    judgement.allowed = judgement.allowed && verdict.passed;
    judgement.verdicts.push_back(std::move(verdict));
  }
  judgement.needs_approval = judgement.portion && NeedsApproval(terms, order, judgement.portion->amount);
  return judgement;
}

RefundJudgement JudgeRetry(const Order& order, const Refund& refund, const RefundTerms& terms,
                           absl::Time now) {
  // The refund rules about the whole order cover an order with one payment.
  std::optional<std::size_t> payment;
  if (!order->payments.empty()) payment = refund.portion().payment;
  RefundJudgement judgement =
      JudgeRefund(order, ScopeOf(order, refund), terms, now, ExceptionsOf(refund->overridden_rules), payment);
  if (order->state == OrderState::kCancelled) WaivePolicyRules(judgement);
  if (judgement.portion) judgement.portion = KeepAmounts(refund, *judgement.portion);
  return judgement;
}

std::string OverriddenRules(const std::vector<Verdict>& verdicts) {
  std::string names;
  for (const Verdict& verdict : verdicts) {
    if (verdict.overridden) names += StrCat(names.empty() ? "" : ",", verdict.rule);
  }
  return names;
}

absl::Status NotAllowed(const Order& order, const RefundJudgement& judgement) {
  ErrorDetails details;
  details.reason = Reason::kRefundNotAllowed;
  std::string message = "the refund is not allowed";
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.passed) continue;
    details.preconditions.push_back({std::string(verdict.rule), order->id.ToString(), verdict.explanation});
    message += StrCat(details.preconditions.size() == 1 ? ": " : "; ", verdict.explanation);
  }
  return MakeError(details, message);
}

}  // namespace keelson
