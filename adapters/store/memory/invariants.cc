#include "adapters/store/memory/invariants.h"

#include <algorithm>

namespace keelson {
namespace {

bool Within(std::int64_t value, std::int64_t most) {
  return value >= 0 && value <= most;
}

bool Holds(const OrderLine& line) {
  return line.quantity >= 1 && line.unit_price >= 0 && line.discount >= 0 && line.tax >= 0 &&
         line.total >= 0 && Within(line.refunded_quantity, line.quantity) &&
         Within(line.refunded_amount, line.total);
}

bool Holds(const OrderPayment& payment) {
  return payment.amount >= 0 && payment.refunded >= 0 && payment.refund_pending >= 0 &&
         payment.refunded <= payment.amount && payment.refund_pending <= payment.amount - payment.refunded;
}

}  // namespace

absl::Status CheckInvariants(const OrderFields& order) {
  const bool holds =
      order.shipping >= 0 && order.total >= 0 && order.paid >= 0 &&
      (order.paid <= order.total || order.state == OrderState::kCancelled) && order.payment_count >= 0 &&
      order.refunded >= 0 &&
      std::all_of(order.payments.begin(), order.payments.end(),
                  [](const OrderPayment& payment) { return Holds(payment); }) &&
      order.refund_pending >= 0 && order.refund_count >= 0 && order.refunded <= order.paid &&
      order.refund_pending <= order.paid - order.refunded &&
      Within(order.refunded_shipping, order.shipping) && order.version >= 1 &&
      std::all_of(order.lines.begin(), order.lines.end(), [](const OrderLine& line) { return Holds(line); });
  return holds ? absl::OkStatus() : absl::InternalError("an order violates an invariant");
}

absl::Status CheckInvariants(const RefundFields& refund) {
  const bool of_something = refund.amount >= 1 || (refund.amount == 0 && !refund.lines.empty());
  const bool holds = of_something && Within(refund.shipping, refund.amount) && refund.attempts >= 0 &&
                     refund.version >= 1 && refund.payment >= 0;
  return holds ? absl::OkStatus() : absl::InternalError("a refund violates an invariant");
}

absl::Status CheckInvariants(const SessionFields& session) {
  const bool holds = session.expire_time > session.create_time &&
                     session.access_expire_time <= session.expire_time && session.generation >= 0 &&
                     (session.generation > 0) == session.previous_digest.has_value();
  return holds ? absl::OkStatus() : absl::InternalError("a session violates an invariant");
}

absl::Status CheckInvariants(const Throttle& throttle) {
  const bool holds = throttle.failures >= 0 && throttle.blocked_until <= throttle.expire_time;
  return holds ? absl::OkStatus() : absl::InternalError("a throttle violates an invariant");
}

}  // namespace keelson
