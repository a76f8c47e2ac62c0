#include "core/orders/order.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct OrderStep {
  OrderState from;
  OrderState to;
};

constexpr std::array kOrderSteps = {
    OrderStep{OrderState::kPending, OrderState::kPaid},
    OrderStep{OrderState::kPaid, OrderState::kShipped},
    OrderStep{OrderState::kShipped, OrderState::kDelivered},
    OrderStep{OrderState::kPending, OrderState::kCancelled},
    OrderStep{OrderState::kPaid, OrderState::kCancelled},
};

constexpr std::array kOrderStates = {OrderState::kPending, OrderState::kPaid, OrderState::kShipped,
                                     OrderState::kDelivered, OrderState::kCancelled};

RefundStatus StatusOf(const OrderFields& order) {
  if (order.refunded == 0) return RefundStatus::kNotRefunded;
  return order.refunded < order.paid ? RefundStatus::kPartiallyRefunded : RefundStatus::kFullyRefunded;
}

// Returns the states that have a transition to `to`, such as "PENDING or PAID".
std::string Origins(OrderState to) {
  std::string origins;
  for (const OrderStep& step : kOrderSteps) {
    if (step.to == to) origins += StrCat(origins.empty() ? "" : " or ", OrderStateName(step.from));
  }
  return origins;
}

}  // namespace

bool CanMove(OrderState from, OrderState to) {
  return std::any_of(kOrderSteps.begin(), kOrderSteps.end(),
                     [&](const OrderStep& step) { return step.from == from && step.to == to; });
}

std::string_view OrderStateName(OrderState state) {
  switch (state) {
    case OrderState::kPending:
      return "PENDING";
    case OrderState::kPaid:
      return "PAID";
    case OrderState::kShipped:
      return "SHIPPED";
    case OrderState::kDelivered:
      return "DELIVERED";
    case OrderState::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

std::string_view RefundStatusName(RefundStatus status) {
  switch (status) {
    case RefundStatus::kNotRefunded:
      return "NOT_REFUNDED";
    case RefundStatus::kPartiallyRefunded:
      return "PARTIALLY_REFUNDED";
    case RefundStatus::kFullyRefunded:
      return "FULLY_REFUNDED";
  }
  return "UNKNOWN";
}

std::optional<OrderState> ParseOrderState(std::string_view lower_case_name) {
  const auto matches = [&](OrderState state) {
    const std::string_view name = OrderStateName(state);
    return std::equal(name.begin(), name.end(), lower_case_name.begin(), lower_case_name.end(),
                      [](char upper, char lower) { return upper - 'A' + 'a' == lower; });
  };
  const auto* found = std::find_if(kOrderStates.begin(), kOrderStates.end(), matches);
  return found == kOrderStates.end() ? std::nullopt : std::optional(*found);
}

Order Order::Create(OrderId id, UserId user_id, Currency currency, std::vector<OrderLine> lines,
                    std::int64_t shipping, std::string reference, Labels labels, absl::Time now) {
  OrderFields fields;
  fields.id = id;
  fields.user_id = user_id;
  fields.currency = currency;
  fields.shipping = shipping;
  fields.total = shipping;
  for (OrderLine& line : lines) {
    line.total = line.quantity * line.unit_price - line.discount + line.tax;
    fields.total += line.total;
  }
  fields.lines = std::move(lines);
  fields.reference = std::move(reference);
  fields.labels = std::move(labels);
  fields.create_time = now;
  fields.update_time = now;
  return Order(std::move(fields));
}

std::vector<OrderPayment> Order::payments() const {
  if (!fields_.payments.empty() || !fields_.pay_time) return fields_.payments;
  return {{fields_.payment_provider, fields_.payment_reference, fields_.paid, fields_.refunded,
           fields_.refund_pending, *fields_.pay_time}};
}

absl::Status Order::CheckPayment(std::int64_t amount) const {
  if (fields_.payments.size() >= kMaxOrderPayments) {
    return FieldErrors()
        .Add("payment", StrCat("the order has the maximum number of payments, ", kMaxOrderPayments))
        .ToStatus();
  }
  const bool is_pending = fields_.state == OrderState::kPending;
  if (is_pending && amount > unpaid()) {
    return FieldErrors()
        .Add("amount",
             StrCat("must be at most the unpaid amount of the order, ", MoneyOf(unpaid()).ToString()))
        .ToStatus();
  }
  // Only an order with the total 0 has a payment of 0.
  if (amount < 1 && !(is_pending && fields_.total == 0)) {
    return FieldErrors().Add("amount.minor_units", "must be at least 1").ToStatus();
  }
  if (!is_pending && amount > kMaxMinorUnits - fields_.paid) {
    return FieldErrors()
        .Add("amount.minor_units",
             StrCat("the payments of the order must add up to at most ", kMaxMinorUnits, " minor units"))
        .ToStatus();
  }
  return absl::OkStatus();
}

absl::Status Order::Pay(std::string provider, std::string provider_reference, std::int64_t amount,
                        absl::Time now) {
  const bool is_late = fields_.state == OrderState::kCancelled;
  const bool completes = !is_late && amount == unpaid();
  // Also returns the error for an order that can't be paid in its state.
  if (!is_late && fields_.state != OrderState::kPending) return MoveTo(OrderState::kPaid, now);
  RETURN_IF_ERROR(CheckPayment(amount));
  AddPayment({provider, std::move(provider_reference), amount, 0, 0, now});
  if (completes) {
    fields_.state = OrderState::kPaid;
    fields_.pay_time = now;
  }
  Touch(now);
  Record(LedgerEntryType::kPayment, amount, std::move(provider), std::nullopt, now);
  return absl::OkStatus();
}

// An order that one payment of the total pays needs no list of payments.
void Order::AddPayment(const OrderPayment& payment) {
  const bool is_first = fields_.payments.empty() && !fields_.pay_time;
  if (is_first) {
    fields_.payment_provider = payment.provider;
    fields_.payment_reference = payment.reference;
  }
  const bool pays_all = is_first && fields_.state == OrderState::kPending && payment.amount == fields_.total;
  if (!pays_all) {
    fields_.payments = payments();
    fields_.payments.push_back(payment);
    fields_.payment_count = std::ssize(fields_.payments);
  }
  fields_.paid += payment.amount;
  // A further payment of a refunded order changes the status.
  fields_.refund_status = StatusOf(fields_);
}

absl::Status Order::Ship(absl::Time now) {
  if (CanMove(fields_.state, OrderState::kShipped) && fields_.paid > 0 && refundable() == 0) {
    return MakeError(Reason::kOrderRefunded,
                     StrCat("the order can't be shipped, because refunds have refunded or reserved the whole "
                            "paid amount, ",
                            MoneyOf(fields_.paid).ToString()));
  }
  RETURN_IF_ERROR(MoveTo(OrderState::kShipped, now));
  fields_.ship_time = now;
  return absl::OkStatus();
}

absl::Status Order::Deliver(absl::Time now) {
  RETURN_IF_ERROR(MoveTo(OrderState::kDelivered, now));
  fields_.deliver_time = now;
  return absl::OkStatus();
}

absl::Status Order::Cancel(absl::Time now) {
  RETURN_IF_ERROR(MoveTo(OrderState::kCancelled, now));
  fields_.cancel_time = now;
  return absl::OkStatus();
}

absl::Status Order::ReplayHistory(const OrderHistory& history, absl::Time now) {
  for (const OrderPayment& payment : history.payments) {
    RETURN_IF_ERROR(Pay(payment.provider, payment.reference, payment.amount, payment.pay_time));
  }
  if (history.ship_time) RETURN_IF_ERROR(Ship(*history.ship_time));
  if (history.deliver_time) RETURN_IF_ERROR(Deliver(*history.deliver_time));
  if (history.cancel_time) RETURN_IF_ERROR(Cancel(*history.cancel_time));
  fields_.update_time = now;
  return absl::OkStatus();
}

void Order::AddRefundPending(std::int64_t amount, std::size_t payment) {
  fields_.refund_pending += amount;
  if (!fields_.payments.empty()) fields_.payments.at(payment).refund_pending += amount;
}

void Order::HoldRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now) {
  AddRefundPending(portion.amount, portion.payment);
  fields_.refunded_shipping += portion.shipping;
  ++fields_.refund_count;
  for (const RefundPortion::Line& part : portion.lines) {
    OrderLine& line = fields_.lines[part.index];
    line.refunded_quantity += part.quantity;
    line.refunded_amount += part.amount;
    line.withheld_amount += part.withheld;
  }
  Touch(now);
  Record(LedgerEntryType::kRefundHold, source, portion, now);
}

void Order::SettleRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now) {
  AddRefundPending(-portion.amount, portion.payment);
  fields_.refunded += portion.amount;
  if (!fields_.payments.empty()) fields_.payments.at(portion.payment).refunded += portion.amount;
  fields_.refund_status = StatusOf(fields_);
  Touch(now);
  Record(LedgerEntryType::kRefundPayout, source, portion, now);
}

void Order::ReleaseRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now) {
  AddRefundPending(-portion.amount, portion.payment);
  fields_.refunded_shipping -= portion.shipping;
  --fields_.refund_count;
  for (const RefundPortion::Line& part : portion.lines) {
    OrderLine& line = fields_.lines[part.index];
    line.refunded_quantity -= part.quantity;
    line.refunded_amount -= part.amount;
    line.withheld_amount -= part.withheld;
  }
  Touch(now);
  Record(LedgerEntryType::kRefundRelease, source, portion, now);
}

void Order::ImportRefund(const RefundSource& source, const RefundPortion& portion, absl::Time hold_time,
                         absl::Time settle_time, absl::Time now) {
  HoldRefund(source, portion, hold_time);
  SettleRefund(source, portion, settle_time);
  fields_.update_time = now;
}

Order Order::WithIds(OrderId id, UserId user_id) const {
  Order copy = *this;
  copy.fields_.id = id;
  copy.fields_.user_id = user_id;
  for (LedgerEntry& entry : copy.entries_) AssignOrder(id, entry);
  return copy;
}

void Order::Record(LedgerEntryType type, std::int64_t amount, std::string payment_provider,
                   std::optional<RefundId> refund_id, absl::Time now) {
  if (amount == 0) return;
  entries_.push_back({MakeLedgerEntryId(fields_.id, fields_.version, now), fields_.id, refund_id, type,
                      std::move(payment_provider), fields_.currency, amount, now});
}

absl::Status Order::MoveTo(OrderState next, absl::Time now) {
  if (!CanMove(fields_.state, next)) {
    const std::string expected = Origins(next);
    return MakeError(Reason::kOrderState,
                     StrCat("the order is ", OrderStateName(fields_.state), ", but must be ", expected,
                            " to become ", OrderStateName(next)),
                     {{"state", std::string(OrderStateName(fields_.state))}, {"expected", expected}});
  }
  fields_.state = next;
  Touch(now);
  return absl::OkStatus();
}

void Order::Touch(absl::Time now) {
  fields_.update_time = now;
  ++fields_.version;
}

}  // namespace keelson
