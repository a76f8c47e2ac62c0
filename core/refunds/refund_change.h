#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/found.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// Returns the refund; REFUND_NOT_FOUND if the repository found no refund.
absl::StatusOr<Refund> RequireRefund(Found<Refund> refund);

struct RefundChange {
  std::string_view method;
  std::string_view request_id;
  // The refund's id as sent by the caller, not validated.
  std::string_view id;
  std::string_view etag;
  // The other fields of the command, serialized.
  std::string content;
};

// Executes one change of a refund idempotently: locks the order and then the refund, compares the etag,
// applies `step`, and stores the refund, and the order if `step` changed the order. `step` appends the event,
// and may write other entities in the same transaction. Errors: FIELD_INVALID, REFUND_NOT_FOUND,
// ETAG_MISMATCH, REQUEST_ID_REUSED, and the errors of `step` and the store.
absl::StatusOr<Refund> ChangeRefund(Store& store, const CallContext& context, const RefundChange& change,
                                    FieldErrors errors, absl::Time now,
                                    absl::FunctionRef<absl::Status(WriteTransaction&, Order&, Refund&)> step);

}  // namespace keelson
