#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/money.h"
#include "core/common/text.h"
#include "core/ledger/ledger_entry.h"

namespace keelson {

// The store contains these numbers, so they must not change.
enum class OrderState { kPending = 1, kPaid = 2, kShipped = 3, kDelivered = 4, kCancelled = 5 };
std::string_view OrderStateName(OrderState state);
// How much of the paid amount SUCCEEDED refunds have refunded. The store contains these numbers, so they must
// not change.
enum class RefundStatus { kNotRefunded = 1, kPartiallyRefunded = 2, kFullyRefunded = 3 };
std::string_view RefundStatusName(RefundStatus status);
std::optional<OrderState> ParseOrderState(std::string_view lower_case_name);
// Whether the state machine has a transition from `from` to `to`.
bool CanMove(OrderState from, OrderState to);

// Amounts are in minor units of the order's currency.
struct OrderLine {
  std::string sku;
  std::string title;
  std::int64_t quantity = 0;
  std::int64_t unit_price = 0;
  std::int64_t discount = 0;
  std::int64_t tax = 0;
  // quantity * unit_price - discount + tax.
  std::int64_t total = 0;
  // Units and amount of this line that refunds have refunded or reserved.
  std::int64_t refunded_quantity = 0;
  std::int64_t refunded_amount = 0;
  // Sum of the withheld amounts of the refunds that are not FAILED, REJECTED or CANCELLED.
  std::int64_t withheld_amount = 0;

  bool operator==(const OrderLine&) const = default;
};

template <>
inline constexpr auto kFields<OrderLine> = std::tuple{
    Immutable("sku", &OrderLine::sku),
    Immutable("title", &OrderLine::title),
    Immutable("quantity", &OrderLine::quantity),
    Immutable("unit_price", &OrderLine::unit_price),
    Immutable("discount", &OrderLine::discount),
    Immutable("tax", &OrderLine::tax),
    Immutable("total", &OrderLine::total),
    Mutable("refunded_quantity", &OrderLine::refunded_quantity),
    Mutable("refunded_amount", &OrderLine::refunded_amount),
    Mutable("withheld_amount", &OrderLine::withheld_amount),
};

// One payment of an order. Amounts are in minor units of the order's currency.
struct OrderPayment {
  std::string provider;
  // The provider's id of the payment; may be empty.
  std::string reference;
  std::int64_t amount = 0;
  // Sums of the refunds of this payment, as `refunded` and `refund_pending` of the order.
  std::int64_t refunded = 0;
  std::int64_t refund_pending = 0;
  absl::Time pay_time;

  std::int64_t refundable() const { return amount - refunded - refund_pending; }
  bool operator==(const OrderPayment&) const = default;
};

template <>
inline constexpr auto kFields<OrderPayment> = std::tuple{
    Immutable("provider", &OrderPayment::provider),
    Immutable("reference", &OrderPayment::reference),
    Immutable("amount", &OrderPayment::amount),
    Mutable("refunded", &OrderPayment::refunded),
    Mutable("refund_pending", &OrderPayment::refund_pending),
    Immutable("pay_time", &OrderPayment::pay_time),
};

// Maximum number of payments of an order.
inline constexpr std::size_t kMaxOrderPayments = 100;

// Maximum lengths in characters, after the normalization of NormalizedReference.
inline constexpr std::size_t kMaxOrderReference = 100;
inline constexpr std::size_t kMaxPaymentReference = 255;

struct OrderFields {
  OrderId id;
  UserId user_id;
  OrderState state = OrderState::kPending;
  Currency currency;
  // Line n has the line_id "n", counted from 1.
  std::vector<OrderLine> lines;
  std::int64_t shipping = 0;
  // Sum of the lines' totals and the shipping.
  std::int64_t total = 0;
  // Sum of the payments. Exceeds `total` only if a payment arrived after the cancellation.
  std::int64_t paid = 0;
  // Sum of the SUCCEEDED refunds.
  std::int64_t refunded = 0;
  // Sum of the REQUESTED, APPROVED and PROCESSING refunds, whose amounts are reserved.
  std::int64_t refund_pending = 0;
  // The shipping that refunds have refunded or reserved; included in `refunded` and `refund_pending`.
  std::int64_t refunded_shipping = 0;
  // Number of refunds that are not FAILED, REJECTED or CANCELLED.
  std::int64_t refund_count = 0;
  // The first payment; empty before it.
  std::string payment_provider;
  std::string payment_reference;
  std::string reference;
  Labels labels;
  absl::Time create_time;
  absl::Time update_time;
  // When the order became PAID.
  std::optional<absl::Time> pay_time;
  std::optional<absl::Time> ship_time;
  std::optional<absl::Time> deliver_time;
  std::optional<absl::Time> cancel_time;
  std::int64_t version = 1;
  RefundStatus refund_status = RefundStatus::kNotRefunded;
  // Number of `payments`: if 0, the stores need not read them.
  std::int64_t payment_count = 0;
  // Every payment, oldest first. Empty for an order without a payment, and for an order that one payment of
  // the total paid: then the members above describe the payment (Order::payments).
  std::vector<OrderPayment> payments;

  bool operator==(const OrderFields&) const = default;
};

template <>
inline constexpr auto kFields<OrderFields> = std::tuple{
    Immutable("id", &OrderFields::id),
    Immutable("user_id", &OrderFields::user_id),
    Mutable("state", &OrderFields::state),
    Immutable("currency", &OrderFields::currency),
    Children(&OrderFields::lines),
    Immutable("shipping", &OrderFields::shipping),
    Immutable("total", &OrderFields::total),
    Mutable("paid", &OrderFields::paid),
    Mutable("refunded", &OrderFields::refunded),
    Mutable("refund_pending", &OrderFields::refund_pending),
    Mutable("refunded_shipping", &OrderFields::refunded_shipping),
    Mutable("refund_count", &OrderFields::refund_count),
    Mutable("payment_provider", &OrderFields::payment_provider),
    Mutable("payment_reference", &OrderFields::payment_reference),
    Immutable("reference", &OrderFields::reference),
    Immutable("labels", &OrderFields::labels),
    Immutable("create_time", &OrderFields::create_time),
    Mutable("update_time", &OrderFields::update_time),
    Mutable("pay_time", &OrderFields::pay_time),
    Mutable("ship_time", &OrderFields::ship_time),
    Mutable("deliver_time", &OrderFields::deliver_time),
    Mutable("cancel_time", &OrderFields::cancel_time),
    Mutable("version", &OrderFields::version),
    Mutable("refund_status", &OrderFields::refund_status),
    Mutable("payment_count", &OrderFields::payment_count),
    Children(&OrderFields::payments),
};

// The amount of a refund and its parts. The rest of the amount, beyond the lines and the shipping, is
// goodwill.
struct RefundPortion {
  struct Line {
    // Zero-based index in OrderFields::lines.
    std::size_t index = 0;
    std::int64_t quantity = 0;
    std::int64_t amount = 0;
    // The units' share of the line's total that the refund does not pay out.
    std::int64_t withheld = 0;
    bool operator==(const Line&) const = default;
  };
  std::int64_t amount = 0;
  std::int64_t shipping = 0;
  std::vector<Line> lines;
  // Zero-based index of the refunded payment in Order::payments.
  std::size_t payment = 0;

  std::int64_t goodwill() const {
    std::int64_t rest = amount - shipping;
    for (const Line& line : lines) rest -= line.amount;
    return rest;
  }
  bool operator==(const RefundPortion&) const = default;
};

// The refund of a portion, and the payment provider that refunds it.
struct RefundSource {
  RefundId refund_id;
  std::string payment_provider;
};

// The payments of an order in another system, and when the order entered each state. A time is unset if the
// order has not been in the state.
struct OrderHistory {
  std::optional<absl::Time> pay_time;
  std::optional<absl::Time> ship_time;
  std::optional<absl::Time> deliver_time;
  std::optional<absl::Time> cancel_time;
  // In the order of their times.
  std::vector<OrderPayment> payments;
};

// An order with its state machine and the totals of its refunds. Fields are read as `order->state` and change
// only by the methods below. If the state does not allow a transition, the method changes nothing and fails
// with ORDER_STATE and the current and the expected states.
class Order {
 public:
  // Computes the totals. The amounts must be valid as checked by CreateOrder.
  static Order Create(OrderId id, UserId user_id, Currency currency, std::vector<OrderLine> lines,
                      std::int64_t shipping, std::string reference, Labels labels, absl::Time now);
  // Restores an order from stored fields.
  explicit Order(OrderFields fields) : fields_(std::move(fields)) {}

  const OrderFields* operator->() const { return &fields_; }
  const OrderFields& fields() const { return fields_; }

  std::int64_t refundable() const { return fields_.paid - fields_.refunded - fields_.refund_pending; }
  // The number of the order in e-mails: the reference if set, otherwise the id.
  std::string display_name() const {
    return fields_.reference.empty() ? fields_.id.ToString() : fields_.reference;
  }
  Money MoneyOf(std::int64_t minor_units) const { return {fields_.currency, minor_units}; }
  // The ledger entries of all changes since this object was created. The store saves them with the order. A
  // change of zero has no entry, because it moves no money.
  const std::vector<LedgerEntry>& entries() const { return entries_; }

  // The payments, oldest first.
  std::vector<OrderPayment> payments() const;
  // The amount that must still be paid for the order to become PAID.
  std::int64_t unpaid() const { return fields_.total - fields_.paid; }

  // Records a payment of `amount`: a PENDING order becomes PAID with the last payment of its total, a
  // CANCELLED order stays CANCELLED. ORDER_STATE in other states; FIELD_INVALID if a PENDING order has
  // a smaller unpaid amount, or if the order has kMaxOrderPayments payments.
  absl::Status Pay(std::string provider, std::string provider_reference, std::int64_t amount, absl::Time now);
  // ORDER_REFUNDED if the whole paid amount is refunded or reserved by refunds.
  absl::Status Ship(absl::Time now);
  absl::Status Deliver(absl::Time now);
  absl::Status Cancel(absl::Time now);
  // Moves a new order through the states of its history in another system. `now`: the time of the import.
  absl::Status ReplayHistory(const OrderHistory& history, absl::Time now);

  // Returns a copy of an order without ids, with these ids: the user of an imported order is found last.
  Order WithIds(OrderId id, UserId user_id) const;

  // Reserves the portion of a new refund. The refund rules must have passed.
  void HoldRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now);
  // Records that a reserved portion was paid out.
  void SettleRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now);
  // Releases a reserved portion, so that the portion can be refunded again.
  void ReleaseRefund(const RefundSource& source, const RefundPortion& portion, absl::Time now);
  // Records a refund that another system reserved and paid out at the given times. `now`: the time of the
  // import.
  void ImportRefund(const RefundSource& source, const RefundPortion& portion, absl::Time hold_time,
                    absl::Time settle_time, absl::Time now);

 private:
  // Adds the ledger entry of a change that has raised the version.
  void Record(LedgerEntryType type, std::int64_t amount, std::string payment_provider,
              std::optional<RefundId> refund_id, absl::Time now);
  void Record(LedgerEntryType type, const RefundSource& source, const RefundPortion& portion,
              absl::Time now) {
    Record(type, portion.amount, source.payment_provider, source.refund_id, now);
  }
  absl::Status CheckPayment(std::int64_t amount) const;
  void AddPayment(const OrderPayment& payment);
  // Adds to the totals of the order and of the payment.
  void AddRefundPending(std::int64_t amount, std::size_t payment);
  absl::Status MoveTo(OrderState next, absl::Time now);
  void Touch(absl::Time now);

  OrderFields fields_;
  std::vector<LedgerEntry> entries_;
};

}  // namespace keelson
