#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

struct ConfirmRefundCommand {
  std::string request_id = {};
  std::string id = {};
  // The id of the payment, such as the reference of a bank transfer; at most 255 characters. Empty: the
  // refund keeps the reference that the provider assigned.
  std::string provider_reference = {};
  std::string etag = {};
};

// Confirms that a person has paid out a refund which awaits confirmation (Refund::awaits_confirmation): moves
// the refund to SUCCEEDED and queues the e-mail refund_succeeded to the customer.
class ConfirmRefund {
 public:
  ConfirmRefund(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND, REFUND_STATE if the refund does not await confirmation (also if
  // its provider settles refunds without a person), ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Refund> Handle(const CallContext& context, const ConfirmRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

}  // namespace keelson
