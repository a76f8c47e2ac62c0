#include "core/refunds/pay_order.h"

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_change.h"
#include "core/orders/order_input.h"
#include "core/orders/order_repository.h"
#include "core/refunds/notify_of_cancellation.h"
#include "core/refunds/payment_reference.h"
#include "core/refunds/refund_rules.h"
#include "core/refunds/split_refund.h"

namespace keelson {
namespace {

std::string ContentOf(const PayOrderCommand& command) {
  FieldWriter content;
  content(command.amount), content(command.payment_provider), content(command.payment_reference);
  return content.Take();
}

absl::Status CheckCurrency(const Order& order, const Money& amount) {
  if (amount.currency == order->currency) return absl::OkStatus();
  return FieldErrors()
      .Add("amount.currency_code", StrCat("must be the currency of the order, ", order->currency.code()))
      .ToStatus();
}

Event PaymentEvent(const Order& order, const CallContext& context, absl::Time now) {
  const std::vector<OrderPayment> payments = order.payments();
  const bool completed = order->state == OrderState::kPaid;
  return MakeEvent(completed ? "order.paid" : "order.payment_recorded", order->id.ToString(), order->user_id,
                   context, now,
                   EventPayload()
                       .Add("payment_id", StrCat(payments.size()))
                       .Add("amount", payments.back().amount)
                       .Add("currency_code", order->currency.code())
                       .Add("provider", payments.back().provider));
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
      CheckPayment(command.payment_provider, command.payment_reference, payments_.providers, errors);
  const absl::Time now = clock_.Now();
  return ChangeOrder(
      store_, context,
      {"PayOrder", command.request_id, command.id, command.etag, ContentOf(command),
       /*event_type=*/""},
      std::move(errors), now, [&](WriteTransaction& tx, Order& order) -> absl::Status {
        RETURN_IF_ERROR(CheckCurrency(order, *amount));
        RETURN_IF_ERROR(order.Pay(payment.provider, payment.reference, amount->minor_units, now));
        RETURN_IF_ERROR(CheckReference(tx, payment));
        RETURN_IF_ERROR(tx.events().Append(PaymentEvent(order, context, now)));
        if (order->state != OrderState::kCancelled) return absl::OkStatus();
        return RefundLatePayment(tx, context, order, now);
      });
}

absl::Status PayOrder::CheckReference(WriteTransaction& tx, const CheckedPayment& payment) const {
  if (payments_.shared_references || payment.reference.empty()) return absl::OkStatus();
  return CheckUnused(tx.orders(), std::array{PaymentKey{payment.provider, payment.reference}});
}

absl::Status PayOrder::RefundLatePayment(WriteTransaction& tx, const CallContext& context, Order& order,
                                         absl::Time now) {
  const std::size_t payment = order->payments.size() - 1;
  const RefundScope scope = order.MoneyOf(order->payments.back().amount);
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  // The verdicts are ignored: a payment of a cancelled order is refunded even if a rule fails.
  const RefundJudgement judgement = JudgeRefund(order, scope, policy->TermsFor(RefundReason::kOrderCancelled),
                                                now, /*exceptions=*/{}, payment);
  Refund::Request request;
  request.portion = *judgement.portion;
  request.scope = RefundScopeKind::kAmount;
  request.reason = RefundReason::kOrderCancelled;
  request.note = "the payment arrived after the cancellation of the order";
  request.requested_by = context.actor;
  request.needs_approval = judgement.needs_approval;
  ASSIGN_OR_RETURN(const std::vector<Refund> refunds,
                   InsertRefunds(tx, context, ids_, order, std::move(request), payment, now));
  return AnnounceRefunds(tx, context, ids_, order, refunds, now);
}

}  // namespace keelson
