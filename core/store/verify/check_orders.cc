#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/common/context.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/refunds/refund_rules.h"
#include "core/store/verify/check_ledger.h"
#include "core/store/verify/check_rows.h"

namespace keelson {
namespace {

// Sums over the refunds of an order. A sum that overflows is the maximum of int64.
struct Fold {
  // Sums of the amounts: of REQUESTED and APPROVED refunds, of PROCESSING refunds, of SUCCEEDED refunds.
  std::int64_t reserved = 0;
  std::int64_t processing = 0;
  std::int64_t succeeded = 0;
  std::int64_t shipping = 0;
  std::int64_t count = 0;
  struct Line {
    std::int64_t quantity = 0;
    std::int64_t amount = 0;
    std::int64_t withheld = 0;
  };
  // For each line of the order.
  std::vector<Line> lines;
  struct Payment {
    std::int64_t succeeded = 0;
    std::int64_t pending = 0;
  };
  // For each of OrderFields::payments.
  std::vector<Payment> payments;
};

struct OrderCase {
  const OrderFields& order;
  const std::vector<RefundFields>& refunds;
  Fold fold;
};

struct RefundOfOrder {
  const RefundFields& refund;
  const OrderFields& order;
  // Every refund of the order.
  const std::vector<RefundFields>& refunds;
};

void AddTo(std::int64_t& sum, std::int64_t amount) {
  sum = CheckedAdd(sum, amount).value_or(std::numeric_limits<std::int64_t>::max());
}

std::int64_t& SumFor(Fold& fold, RefundState state) {
  if (state == RefundState::kSucceeded) return fold.succeeded;
  return state == RefundState::kProcessing ? fold.processing : fold.reserved;
}

Fold FoldOf(const OrderFields& order, const std::vector<RefundFields>& refunds) {
  Fold fold;
  fold.lines.resize(order.lines.size());
  fold.payments.resize(order.payments.size());
  for (const RefundFields& refund : refunds) {
    if (refund.state != RefundState::kSucceeded && !HoldsAmount(refund.state)) continue;
    AddTo(SumFor(fold, refund.state), refund.amount);
    AddTo(fold.shipping, refund.shipping);
    ++fold.count;
    if (const auto payment = static_cast<std::size_t>(refund.payment); payment < fold.payments.size()) {
      Fold::Payment& sums = fold.payments[payment];
      AddTo(refund.state == RefundState::kSucceeded ? sums.succeeded : sums.pending, refund.amount);
    }
    for (const RefundLine& part : refund.lines) {
      const auto index = static_cast<std::size_t>(part.index);
      if (index >= fold.lines.size()) continue;
      AddTo(fold.lines[index].quantity, part.quantity);
      AddTo(fold.lines[index].amount, part.amount);
      AddTo(fold.lines[index].withheld, part.withheld);
    }
  }
  return fold;
}

std::int64_t PendingOf(const Fold& fold) {
  std::int64_t pending = fold.reserved;
  AddTo(pending, fold.processing);
  return pending;
}

// An actual and an expected value. FirstDifference returns "refunded is 5, not 7" for the first pair that
// differs, or an empty string.
struct Figure {
  std::string_view name;
  std::int64_t found;
  std::int64_t expected;
};
std::string FirstDifference(std::initializer_list<Figure> figures) {
  for (const auto& [name, found, expected] : figures) {
    if (found != expected) return StrCat(name, " is ", found, ", not ", expected);
  }
  return "";
}

std::string RefundsWithinPaid(const OrderCase& c) {
  std::int64_t together = PendingOf(c.fold);
  AddTo(together, c.fold.succeeded);
  if (together <= c.order.paid) return "";
  return StrCat("reserved ", c.fold.reserved, " + processing ", c.fold.processing, " + succeeded ",
                c.fold.succeeded, " > paid ", c.order.paid, " ", c.order.currency.code());
}

std::string RefundsWithinLines(const OrderCase& c) {
  for (std::size_t i = 0; i < c.order.lines.size(); ++i) {
    const OrderLine& line = c.order.lines[i];
    const auto& [quantity, amount, withheld] = c.fold.lines[i];
    std::int64_t shares = amount;
    AddTo(shares, withheld);
    if (quantity > line.quantity)
      return StrCat("line ", i + 1, ": ", quantity, " of ", line.quantity, " units refunded");
    if (amount > line.total) {
      return StrCat("line ", i + 1, ": ", amount, " refunded of ", line.total, " ", c.order.currency.code());
    }
    if (shares > line.total) {
      return StrCat("line ", i + 1, ": ", amount, " refunded and ", withheld, " withheld of ", line.total,
                    " ", c.order.currency.code());
    }
  }
  if (c.fold.shipping <= c.order.shipping) return "";
  return StrCat("shipping: ", c.fold.shipping, " refunded of ", c.order.shipping, " ",
                c.order.currency.code());
}

std::string TotalsAreFoldOfRefunds(const OrderCase& c) {
  return FirstDifference({{"refunded", c.order.refunded, c.fold.succeeded},
                          {"refund_pending", c.order.refund_pending, PendingOf(c.fold)},
                          {"refunded_shipping", c.order.refunded_shipping, c.fold.shipping},
                          {"refund_count", c.order.refund_count, c.fold.count}});
}

std::string LinesAreFoldOfRefunds(const OrderCase& c) {
  for (std::size_t i = 0; i < c.order.lines.size(); ++i) {
    const OrderLine& line = c.order.lines[i];
    const std::string difference =
        FirstDifference({{"refunded_quantity", line.refunded_quantity, c.fold.lines[i].quantity},
                         {"refunded_amount", line.refunded_amount, c.fold.lines[i].amount},
                         {"withheld_amount", line.withheld_amount, c.fold.lines[i].withheld}});
    if (!difference.empty()) return StrCat("line ", i + 1, ": ", difference);
  }
  return "";
}

std::string TotalIsSumOfLines(const OrderCase& c) {
  __extension__ using Wide = __int128;
  std::int64_t total = c.order.shipping;
  for (std::size_t i = 0; i < c.order.lines.size(); ++i) {
    const OrderLine& line = c.order.lines[i];
    const Wide expected = static_cast<Wide>(line.quantity) * line.unit_price - line.discount + line.tax;
    if (line.total != expected) {
      return StrCat("line ", i + 1, ": total is ", line.total, ", not ", line.quantity, " x ",
                    line.unit_price, " - ", line.discount, " + ", line.tax);
    }
    AddTo(total, line.total);
  }
  return FirstDifference({{"total", c.order.total, total}});
}

// Whether the first payments add up to the total, so that the order became PAID.
bool PayTotal(const OrderFields& order) {
  std::int64_t paid = 0;
  for (const OrderPayment& payment : order.payments) {
    AddTo(paid, payment.amount);
    if (paid == order.total) return true;
  }
  return false;
}

std::string PaidIsSumOfPayments(const OrderCase& c) {
  const OrderFields& order = c.order;
  if (order.payment_count != std::ssize(order.payments)) {
    return StrCat("payment_count is ", order.payment_count, ", but the order has ", order.payments.size(),
                  " payments");
  }
  if (order.payments.empty())
    return FirstDifference({{"paid", order.paid, order.pay_time ? order.total : 0}});
  std::int64_t sum = 0;
  for (const OrderPayment& payment : order.payments) AddTo(sum, payment.amount);
  if (order.paid != sum) return FirstDifference({{"paid", order.paid, sum}});
  const OrderPayment& first = order.payments.front();
  if (order.payment_provider != first.provider || order.payment_reference != first.reference) {
    return "the order's payment is not its first payment";
  }
  if (order.pay_time && !PayTotal(order)) return "pay_time is set, but the payments do not pay the total";
  if (order.pay_time || order.cancel_time || order.paid < order.total) return "";
  return StrCat("pay_time is not set, but ", order.paid, " of ", order.total, " ", order.currency.code(),
                " was paid");
}

std::string PaymentsAreFoldOfRefunds(const OrderCase& c) {
  for (std::size_t i = 0; i < c.order.payments.size(); ++i) {
    const OrderPayment& payment = c.order.payments[i];
    const auto& [succeeded, pending] = c.fold.payments[i];
    const std::string difference = FirstDifference(
        {{"refunded", payment.refunded, succeeded}, {"refund_pending", payment.refund_pending, pending}});
    if (!difference.empty()) return StrCat("payment ", i + 1, ": ", difference);
    std::int64_t together = succeeded;
    AddTo(together, pending);
    if (together > payment.amount) {
      return StrCat("payment ", i + 1, ": refunds of ", together, " > ", payment.amount, " ",
                    c.order.currency.code());
    }
  }
  return "";
}

// The state that the timestamps imply; nullopt if they contradict each other.
std::optional<OrderState> StateOf(const OrderFields& order) {
  if ((order.deliver_time && !order.ship_time) || (order.ship_time && !order.pay_time)) return std::nullopt;
  if (order.cancel_time) {
    return order.ship_time ? std::nullopt : std::optional(OrderState::kCancelled);
  }
  if (order.deliver_time) return OrderState::kDelivered;
  if (order.ship_time) return OrderState::kShipped;
  return order.pay_time ? OrderState::kPaid : OrderState::kPending;
}

std::string StateIsFunctionOfFacts(const OrderCase& c) {
  const std::optional<OrderState> state = StateOf(c.order);
  if (state == c.order.state) return "";
  return StrCat("the state is ", OrderStateName(c.order.state), ", but the timestamps ",
                state ? StrCat("imply ", OrderStateName(*state)) : "contradict each other");
}

std::string RefundStatusIsFunctionOfTotals(const OrderCase& c) {
  RefundStatus expected = RefundStatus::kNotRefunded;
  if (c.order.refunded > 0) {
    expected =
        c.order.refunded >= c.order.paid ? RefundStatus::kFullyRefunded : RefundStatus::kPartiallyRefunded;
  }
  if (c.order.refund_status == expected) return "";
  return StrCat("refund_status is ", RefundStatusName(c.order.refund_status), ", but ", c.order.refunded,
                " of ", c.order.paid, " ", c.order.currency.code(), " was refunded");
}

constexpr std::array kOrderInvariants = {
    Invariant<OrderCase>{"refunds_within_paid", RefundsWithinPaid},
    Invariant<OrderCase>{"refunds_within_lines", RefundsWithinLines},
    Invariant<OrderCase>{"order_totals_are_fold_of_refunds", TotalsAreFoldOfRefunds},
    Invariant<OrderCase>{"order_lines_are_fold_of_refunds", LinesAreFoldOfRefunds},
    Invariant<OrderCase>{"order_total_is_sum_of_lines", TotalIsSumOfLines},
    Invariant<OrderCase>{"order_paid_is_sum_of_payments", PaidIsSumOfPayments},
    Invariant<OrderCase>{"order_payments_are_fold_of_refunds", PaymentsAreFoldOfRefunds},
    Invariant<OrderCase>{"order_state_is_function_of_facts", StateIsFunctionOfFacts},
    Invariant<OrderCase>{"order_refund_status_is_function_of_totals", RefundStatusIsFunctionOfTotals},
};

// The rest of the amount, beyond the lines and the shipping, is goodwill.
std::string AmountIsSumOfParts(const RefundOfOrder& c) {
  if (c.refund.lines.empty() && c.refund.amount < 1) {
    return StrCat("amount is ", c.refund.amount, ", not at least 1");
  }
  std::int64_t sum = c.refund.shipping;
  for (const RefundLine& line : c.refund.lines) AddTo(sum, line.amount);
  if (sum <= c.refund.amount) return "";
  return StrCat("amount is ", c.refund.amount, ", less than its lines and shipping, ", sum);
}

std::string PartsAreNotNegative(const RefundOfOrder& c) {
  if (c.refund.shipping < 0) return StrCat("shipping is ", c.refund.shipping);
  for (const RefundLine& line : c.refund.lines) {
    const std::string of_line = StrCat("line ", line.index + 1, ": ");
    // Another refund of the same call may return the units.
    const std::int64_t least = c.refund.split_ids.empty() ? 1 : 0;
    if (line.quantity < least) return StrCat(of_line, "quantity is ", line.quantity);
    if (line.amount < 0) return StrCat(of_line, "amount is ", line.amount);
    if (line.withheld < 0) return StrCat(of_line, "withheld is ", line.withheld);
  }
  return "";
}

std::string ScopeMatchesParts(const RefundOfOrder& c) {
  const bool has_parts = !c.refund.lines.empty() || c.refund.shipping != 0;
  if (c.refund.scope != RefundScopeKind::kAmount || !has_parts) return "";
  return "the scope is AMOUNT, but the refund has lines or shipping";
}

std::string NamesLinesOfItsOrder(const RefundOfOrder& c) {
  std::set<std::int64_t> named;
  for (const RefundLine& line : c.refund.lines) {
    if (line.index < 0 || line.index >= std::ssize(c.order.lines)) {
      return StrCat("the refund names line ", line.index + 1, ", but the order has ", c.order.lines.size(),
                    " lines");
    }
    if (!named.insert(line.index).second) return StrCat("the refund names line ", line.index + 1, " twice");
  }
  return "";
}

std::string OneCurrency(const RefundOfOrder& c) {
  if (c.refund.currency == c.order.currency) return "";
  return StrCat("the refund is in ", c.refund.currency.code(), ", its order in ", c.order.currency.code());
}

std::string BelongsToOwner(const RefundOfOrder& c) {
  if (c.refund.user_id == c.order.user_id) return "";
  return StrCat("the refund's user is ", c.refund.user_id.ToString(), ", the order's user is ",
                c.order.user_id.ToString());
}

std::string UsesPaymentOfOrder(const RefundOfOrder& c) {
  const std::vector<OrderPayment>& payments = c.order.payments;
  const std::int64_t count = std::max<std::int64_t>(std::ssize(payments), 1);
  if (c.refund.payment < 0 || c.refund.payment >= count) {
    return StrCat("the refund names payment ", c.refund.payment + 1, ", but the order has ", count);
  }
  const auto index = static_cast<std::size_t>(c.refund.payment);
  const bool is_only = payments.empty();
  const bool same =
      c.refund.payment_provider == (is_only ? c.order.payment_provider : payments[index].provider) &&
      c.refund.payment_reference == (is_only ? c.order.payment_reference : payments[index].reference);
  return same ? "" : "the refund's payment differs from the order's payment";
}

// The refunds of one call name each other, and refund different payments.
std::string SplitIsComplete(const RefundOfOrder& c) {
  if (c.refund.split_ids.empty()) return "";
  std::set<std::int64_t> payments;
  bool names_itself = false;
  for (const RefundId& id : SplitIds(c.refund)) {
    names_itself |= id == c.refund.id;
    const auto other = std::find_if(c.refunds.begin(), c.refunds.end(),
                                    [&](const RefundFields& refund) { return refund.id == id; });
    if (other == c.refunds.end())
      return StrCat("split_ids names ", id.ToString(), ", which the order does not have");
    if (other->split_ids != c.refund.split_ids)
      return StrCat("split_ids differs from that of ", id.ToString());
    if (!payments.insert(other->payment).second)
      return StrCat("two refunds of split_ids refund payment ", other->payment + 1);
  }
  return names_itself ? "" : "split_ids does not name the refund itself";
}

std::string IsDueWhileOpen(const RefundOfOrder& c) {
  const bool open = c.refund.state == RefundState::kApproved || c.refund.state == RefundState::kProcessing;
  if (open == c.refund.due_time.has_value() || AwaitsConfirmation(c.refund)) return "";
  return StrCat("due_time is ", open ? "not set" : "set", " in the state ", RefundStateName(c.refund.state));
}

std::string IsSettledOnce(const RefundOfOrder& c) {
  const RefundState state = c.refund.state;
  const bool settled = state == RefundState::kSucceeded || state == RefundState::kFailed;
  if (settled && !c.refund.settle_time)
    return StrCat("settle_time is not set in the state ", RefundStateName(state));
  const bool attempted = settled || state == RefundState::kProcessing;
  if (!attempted || c.refund.attempts >= 1) return "";
  return StrCat("attempts is ", c.refund.attempts, " in the state ", RefundStateName(state));
}

// REQUESTED refunds have no decision, REJECTED and CANCELLED refunds have a decision. Other refunds have a
// decision if they needed approval; the approver is not the requester, unless callers were not authenticated.
std::string DecisionHasDecider(const RefundOfOrder& c) {
  const RefundFields& refund = c.refund;
  const std::string_view state = RefundStateName(refund.state);
  const bool decided = !refund.decided_by.empty();
  if (decided != refund.decide_time.has_value()) {
    return StrCat("decided_by is ", decided ? "set" : "empty", ", but decide_time is ",
                  decided ? "not set" : "set");
  }
  const bool ended = refund.state == RefundState::kRejected || refund.state == RefundState::kCancelled;
  if (decided && refund.state == RefundState::kRequested)
    return StrCat("decided_by is set in the state ", state);
  if (!decided && ended) return StrCat("decided_by is empty in the state ", state);
  const bool by_requester = refund.decided_by == refund.requested_by && refund.decided_by != kAnonymous;
  if (!decided || ended || !by_requester) return "";
  return StrCat("the refund was requested and approved by ", refund.decided_by);
}

// CancelOrder cancels the refunds that wait for approval. A refund that is requested or retried after the
// cancellation may wait for approval.
std::string RequestEndsWithOrder(const RefundOfOrder& c) {
  const bool waits = c.refund.state == RefundState::kRequested &&
                     c.refund.reason != RefundReason::kOrderCancelled && c.refund.retries == 0 &&
                     c.order.cancel_time && c.refund.create_time <= *c.order.cancel_time;
  return waits ? "the refund is REQUESTED, but its order was cancelled later" : "";
}

// The erasure of the user clears the note.
std::string OverrideIsValid(const RefundOfOrder& c) {
  if (c.refund.overridden_rules.empty()) {
    return c.refund.override_note.empty() ? "" : "override_note is set, but overridden_rules is empty";
  }
  for (const std::string& rule : ExceptionsOf(c.refund.overridden_rules).overridden) {
    if (!CanBeOverridden(rule)) return StrCat("overridden_rules names ", rule, ", which can't be overridden");
  }
  return "";
}

constexpr std::array kRefundInvariants = {
    Invariant<RefundOfOrder>{"refund_amount_is_sum_of_parts", AmountIsSumOfParts},
    Invariant<RefundOfOrder>{"refund_parts_are_not_negative", PartsAreNotNegative},
    Invariant<RefundOfOrder>{"refund_scope_matches_parts", ScopeMatchesParts},
    Invariant<RefundOfOrder>{"refund_names_lines_of_order", NamesLinesOfItsOrder},
    Invariant<RefundOfOrder>{"refund_has_currency_of_order", OneCurrency},
    Invariant<RefundOfOrder>{"refund_has_user_of_order", BelongsToOwner},
    Invariant<RefundOfOrder>{"refund_has_payment_of_order", UsesPaymentOfOrder},
    Invariant<RefundOfOrder>{"refund_split_is_complete", SplitIsComplete},
    Invariant<RefundOfOrder>{"refund_is_due_while_open", IsDueWhileOpen},
    Invariant<RefundOfOrder>{"refund_is_settled_by_attempt", IsSettledOnce},
    Invariant<RefundOfOrder>{"refund_request_ends_with_order", RequestEndsWithOrder},
    Invariant<RefundOfOrder>{"refund_decision_has_decider", DecisionHasDecider},
    Invariant<RefundOfOrder>{"refund_override_is_valid", OverrideIsValid},
};

void JudgeOrder(Audit& audit, const OrderFields& order, const std::vector<RefundFields>& refunds,
                const std::vector<LedgerEntry>& entries) {
  const OrderCase order_case{order, refunds, FoldOf(order, refunds)};
  Judge(audit, order, order_case, kOrderInvariants);
  for (const RefundFields& refund : refunds) {
    Judge(audit, refund, RefundOfOrder{refund, order, refunds}, kRefundInvariants);
  }
  JudgeLedger(audit, order, refunds, entries);
}

// The rows of a table whose keys begin with the id of an order. Reports rows whose order does not exist.
template <typename Row>
class RowsOfOrders {
 public:
  RowsOfOrders(Audit& audit, std::string_view invariant)
      : audit_(audit), invariant_(invariant), stream_(audit) {}

  // Returns the rows of the order. The orders must be passed in the order of their ids. The result is valid
  // until the next call.
  const std::vector<Row>& Of(OrderId order_id) {
    rows_.clear();
    for (; stream_.Peek() != nullptr && stream_.Peek()->order_id <= order_id; stream_.Advance()) {
      if (stream_.Peek()->order_id == order_id) {
        rows_.push_back(*stream_.Peek());
      } else {
        ReportOrphan(*stream_.Peek());
      }
    }
    return rows_;
  }

  // Reports the rows after the last order.
  absl::Status Finish() {
    for (; stream_.Peek() != nullptr; stream_.Advance()) ReportOrphan(*stream_.Peek());
    return stream_.status();
  }

 private:
  void ReportOrphan(const Row& row) {
    audit_.Report(invariant_, row, StrCat("there is no ", row.order_id.ToString()));
  }

  Audit& audit_;
  const std::string_view invariant_;
  RowStream<Row> stream_;
  std::vector<Row> rows_;
};

}  // namespace

absl::Status CheckOrders(Audit& audit) {
  RowsOfOrders<RefundFields> refunds(audit, "refund_has_order");
  RowsOfOrders<LedgerEntry> entries(audit, "ledger_entry_has_order");
  RETURN_IF_ERROR(ForEach<OrderFields>(audit, [&](const OrderFields& order) {
    JudgeOrder(audit, order, refunds.Of(order.id), entries.Of(order.id));
  }));
  RETURN_IF_ERROR(refunds.Finish());
  return entries.Finish();
}

}  // namespace keelson
