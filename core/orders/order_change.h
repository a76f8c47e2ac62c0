#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/orders/order_repository.h"
#include "core/store/idempotent_execution.h"
#include "core/store/store.h"

namespace keelson {

// Returns the order; ORDER_NOT_FOUND if the repository found no order.
absl::StatusOr<Order> RequireOrder(Found<Order> order);

struct OrderChange {
  std::string_view method;
  std::string_view request_id;
  // The order's id as sent by the caller, not validated.
  std::string_view id;
  std::string_view etag;
  // The other fields of the command, serialized.
  std::string content;
  // Type of the recorded event, such as "order.shipped"; empty if `step` appends the event.
  std::string_view event_type;
};

// Executes one state transition of an order idempotently: locks the order, compares the etag, applies `step`,
// and stores the order and its event. `step` makes the transition and may write other entities in the same
// transaction. Errors: FIELD_INVALID, ORDER_NOT_FOUND, ETAG_MISMATCH, REQUEST_ID_REUSED, and the errors of
// `step` and the store.
absl::StatusOr<Order> ChangeOrder(Store& store, const CallContext& context, const OrderChange& change,
                                  FieldErrors errors, absl::Time now,
                                  absl::FunctionRef<absl::Status(WriteTransaction&, Order&)> step);

}  // namespace keelson
