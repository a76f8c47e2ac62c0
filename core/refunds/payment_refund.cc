#include "core/refunds/payment_refund.h"

#include <string>

#include "core/common/strings.h"

namespace keelson {
namespace {

// A FAILED refund moved no money. The provider may return its response to an earlier key again, so that each
// retry needs a key of its own.
std::string IdempotencyKeyOf(const Refund& refund) {
  const std::string id = refund->id.ToString();
  return refund->retries == 0 ? id : StrCat(id, "-", refund->retries);
}

}  // namespace

PaymentRefund PaymentRefundOf(const Refund& refund) {
  return {.id = refund->id,
          .idempotency_key = IdempotencyKeyOf(refund),
          .payment_reference = refund->payment_reference,
          .amount = refund.amount(),
          .reason = refund->reason};
}

}  // namespace keelson
