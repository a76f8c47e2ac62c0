// The refund rules. Each rule is a named function that returns a verdict with an explanation. CheckRefund
// returns the verdicts; CreateRefund enforces the same list. To add a rule, write one function, one line in
// the list of RefundRules(), and one line in the list of rules in refunds.proto.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/money.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/refunds/refund_policy.h"

namespace keelson {

// A refund of the whole refundable amount. It records all remaining units and the remaining shipping.
struct RefundEverything {
  bool operator==(const RefundEverything&) const = default;
};
// A refund that is composed of units of lines, shipping and goodwill. Amounts are in minor units of the
// order's currency.
struct RefundLines {
  struct Line {
    // Zero-based. The rule LINES_AVAILABLE checks that the order has the line.
    std::int64_t index = 0;
    std::int64_t quantity = 0;
    // At most the units' share of the line's total; the rest of the share is withheld. nullopt: the share, or
    // the rest of the refundable amount if that is less.
    std::optional<std::int64_t> amount = std::nullopt;
    bool operator==(const Line&) const = default;
  };
  std::vector<Line> lines;
  // Refund the shipping that is neither refunded nor reserved.
  bool include_shipping = false;
  // A part of the shipping; 0 if include_shipping is set.
  std::int64_t shipping = 0;
  // An amount that belongs neither to a line nor to the shipping.
  std::int64_t goodwill = 0;
  // The currency of the amounts; unset without an amount. The rule CURRENCY_MATCHES compares it.
  std::optional<Currency> currency = std::nullopt;
  bool operator==(const RefundLines&) const = default;
};
// The scope of a refund: the whole refundable amount, an amount of money, or a composition of lines, shipping
// and goodwill.
using RefundScope = std::variant<RefundEverything, Money, RefundLines>;

// The input of the rules.
struct RefundCase {
  const Order& order;
  const RefundScope& scope;
  const RefundTerms& terms;
  absl::Time now;
  // The amount of the scope and its parts; nullopt if they can't be computed (PortionOf).
  std::optional<RefundPortion> portion;
  // Zero-based index of the payment that the caller named; the order need not have it.
  std::optional<std::size_t> payment = std::nullopt;
};

struct Verdict {
  std::string_view rule;
  bool passed = false;
  // One readable sentence with the values that determine the verdict.
  std::string explanation;
  // Whether the rule would fail, but passed because an approver overrides it.
  bool overridden = false;
};

struct RefundRule {
  std::string_view name;
  // Sets `passed` and `explanation` of the verdict.
  Verdict (*judge)(const RefundCase&);
  // Whether an approver may override the rule. The other rules protect the amounts.
  bool can_be_overridden = false;
};

// Returns the rules in the order of evaluation. Verdicts have the same order.
std::span<const RefundRule> RefundRules();
// Whether a rule has the name, and an approver may override the rule.
bool CanBeOverridden(std::string_view rule);

// The refund amount of `scope` and its parts. nullopt if the scope names another currency, if the rule
// LINES_AVAILABLE fails, or if the order does not have `payment`. Shares are cumulative: the first k of a
// line's q units together have the share floor(total * k / q), so that the refunds of all units add up to the
// line's total.
//
// Lines without a requested amount, then the shipping of include_shipping, get at most the rest of the
// refundable amount, so that units can still be returned after a refund as goodwill. A requested amount is
// not reduced; if it exceeds the refundable amount, the rule WITHIN_REFUNDABLE fails.
// Each line's amount and withheld amount add up to the share of its units.
//
// `payment` limits the refund to one payment: what the payment has left takes the place of the order's
// refundable amount. A refund of everything that leaves other payments records no units.
std::optional<RefundPortion> PortionOf(const Order& order, const RefundScope& scope,
                                       std::optional<std::size_t> payment = std::nullopt);

using RuleNames = std::set<std::string, std::less<>>;

// Exceptions that an approver granted to one refund.
struct RuleExceptions {
  // Rules that pass although they fail. Rules that can't be overridden have no effect here.
  RuleNames overridden = {};
};

// Returns the exceptions of a stored refund, from RefundFields::overridden_rules.
RuleExceptions ExceptionsOf(std::string_view overridden_rules);

struct RefundJudgement {
  std::vector<Verdict> verdicts;
  std::optional<RefundPortion> portion;
  bool allowed = false;
  bool needs_approval = false;
};

// Evaluates every rule. The portion may span several payments (SplitPortion) unless `payment` names one.
// `needs_approval` is set if the order's refunds, including the new refund, are above
// the approval threshold.
RefundJudgement JudgeRefund(const Order& order, const RefundScope& scope, const RefundTerms& terms,
                            absl::Time now, const RuleExceptions& exceptions = {},
                            std::optional<std::size_t> payment = std::nullopt);

// Returns the overridden rules among the verdicts, in the notation of RefundFields::overridden_rules.
std::string OverriddenRules(const std::vector<Verdict>& verdicts);

// Evaluates every rule for a FAILED refund that is retried with the same amounts. The rules that an approver
// overrode pass. For a CANCELLED order, the rules of the policy pass too, because the order must be refunded.
// The portion is the refund's portion, with the shares that are withheld now: after other refunds, the share
// of the units may differ by a rounding difference.
RefundJudgement JudgeRetry(const Order& order, const Refund& refund, const RefundTerms& terms,
                           absl::Time now);

// Returns REFUND_NOT_ALLOWED with a violation for each failed rule.
absl::Status NotAllowed(const Order& order, const RefundJudgement& judgement);

}  // namespace keelson
