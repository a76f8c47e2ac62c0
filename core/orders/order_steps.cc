#include "core/orders/order_steps.h"

#include <utility>

#include "core/common/strings.h"
#include "core/orders/order_change.h"
#include "core/orders/order_input.h"

namespace keelson {
namespace {

std::string ContentOf(const PayOrderCommand& command) {
  FieldWriter content;
  content(command.amount), content(command.payment_provider), content(command.payment_reference);
  return content.Take();
}

absl::Status AmountIsNot(const Money& total) {
  return FieldErrors().Add("amount", StrCat("must be the order's total, ", total.ToString())).ToStatus();
}

}  // namespace

absl::StatusOr<Order> PayOrder::Handle(const CallContext& context, const PayOrderCommand& command) {
  FieldErrors errors;
  std::optional<Money> amount;
  if (command.amount) {
    amount = CheckAmount("amount", *command.amount, errors);
  } else {
    errors.Add("amount", "is required");
  }
  const CheckedPayment payment =
      CheckPayment(command.payment_provider, command.payment_reference, providers_, errors);
  const absl::Time now = clock_.Now();
  return ChangeOrder(
      store_, context,
      {"PayOrder", command.request_id, command.id, command.etag, ContentOf(command), "order.paid"},
      std::move(errors), now, [&](WriteTransaction&, Order& order) -> absl::Status {
        const Money total = order.MoneyOf(order->total);
        absl::Status paid = order.Pay(payment.provider, payment.reference, now);
        if (paid.ok() && *amount != total) return AmountIsNot(total);
        return paid;
      });
}

absl::StatusOr<Order> ShipOrder::Handle(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"ShipOrder", command.request_id, command.id, command.etag, "", "order.shipped"}, {},
                     now, [&](WriteTransaction&, Order& order) { return order.Ship(now); });
}

absl::StatusOr<Order> DeliverOrder::Handle(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"DeliverOrder", command.request_id, command.id, command.etag, "", "order.delivered"},
                     {}, now, [&](WriteTransaction&, Order& order) { return order.Deliver(now); });
}

}  // namespace keelson
