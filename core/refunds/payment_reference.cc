#include "core/refunds/payment_reference.h"

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {

std::vector<PaymentKey> PaymentKeysOf(const Order& order) {
  std::vector<PaymentKey> keys;
  for (const OrderPayment& payment : order.payments()) {
    if (!payment.reference.empty()) keys.push_back({payment.provider, payment.reference});
  }
  return keys;
}

absl::Status PaymentTaken(const PaidOrder& paid) {
  return MakeError(Reason::kReferenceTaken,
                   StrCat("the payment ", paid.payment.reference, " of the provider ", paid.payment.provider,
                          " has already paid the order ", paid.order_id.ToString(),
                          "; if one payment may pay several times, set payments.shared_references"),
                   {{"field", "payment.provider_reference"}, {"order_id", paid.order_id.ToString()}});
}

absl::Status CheckUnused(OrderRepository& orders, std::span<const PaymentKey> payments) {
  if (payments.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(orders.LockPayments(payments));
  ASSIGN_OR_RETURN(const std::vector<PaidOrder> paid, orders.FindPaidOrders(payments));
  return paid.empty() ? absl::OkStatus() : PaymentTaken(paid.front());
}

}  // namespace keelson
