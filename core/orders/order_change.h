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

// ORDER_NOT_FOUND if the repository found no order.
absl::StatusOr<Order> RequireOrder(Found<Order> order);

struct OrderChange {
  std::string_view method;
  std::string_view request_id;
  // As the caller wrote it.
  std::string_view id;
  std::string_view etag;
  // The serialized form of what else the command says.
  std::string content;
  // "order.paid": the event it is told by.
  std::string_view event_type;
};

// One step of an order, with all that every step has in common: finds it, compares the etag, applies `step`
// (which may write more in the same unit of work), stores the order and its event, once for all repeats.
absl::StatusOr<Order> ChangeOrder(Store& store, const CallContext& context, const OrderChange& change,
                                  FieldErrors errors, absl::Time now,
                                  absl::FunctionRef<absl::Status(WriteTransaction&, Order&)> step);

}  // namespace keelson
