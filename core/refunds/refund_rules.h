// The refund rules: each a named function from the facts to a verdict with an explanation. CheckRefund
// shows the verdicts; CreateRefund enforces the same list. To add a rule, write one function and one line
// in the list of RefundRules().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "core/common/money.h"
#include "core/orders/order.h"

namespace keelson {

// The configuration's bounds.
struct RefundPolicy {
  absl::Duration window = absl::Hours(720);
  std::set<OrderState> states = {OrderState::kDelivered};
  bool partial = true;
  std::int64_t max_per_order = 10;
  // Above this many minor units a refund waits for approval; currencies not listed need none.
  std::map<Currency, std::int64_t> approval_above;
};

// What to give back.
struct RefundEverything {
  bool operator==(const RefundEverything&) const = default;
};
struct RefundLines {
  struct Line {
    // Counted from 0; may lie beyond the order's lines, which LINES_AVAILABLE tells.
    std::int64_t index = 0;
    std::int64_t quantity = 0;
    bool operator==(const Line&) const = default;
  };
  std::vector<Line> lines;
  bool include_shipping = false;
  bool operator==(const RefundLines&) const = default;
};
using RefundScope = std::variant<RefundEverything, Money, RefundLines>;

struct RefundCase {
  const Order& order;
  const RefundScope& scope;
  const RefundPolicy& policy;
  absl::Time now;
  // What the scope comes to, in the order's currency; nothing where it can't be computed.
  std::optional<RefundPortion> portion;
};

struct Verdict {
  std::string_view rule;
  bool passed = false;
  // One sentence for a person, with the figures that decided it.
  std::string explanation;
};

struct RefundRule {
  std::string_view name;
  // The verdict's explanation, and whether it passed.
  Verdict (*judge)(const RefundCase&);
};

// In the order they are judged.
std::span<const RefundRule> RefundRules();

// What `scope` comes to; nothing where it names another currency, or lines or units that are not there.
// Units are shared out cumulatively: the first k of a line's q units make floor(total * k / q) together,
// so a line gives back its total exactly in whatever steps.
std::optional<RefundPortion> PortionOf(const Order& order, const RefundScope& scope);

struct RefundJudgement {
  std::vector<Verdict> verdicts;
  std::optional<RefundPortion> portion;
  bool allowed = false;
  bool needs_approval = false;
};

RefundJudgement JudgeRefund(const Order& order, const RefundScope& scope, const RefundPolicy& policy,
                            absl::Time now);

}  // namespace keelson
