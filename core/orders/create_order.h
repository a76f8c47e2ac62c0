#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/orders/order_input.h"
#include "core/store/store.h"

namespace keelson {

struct CreateOrderCommand : OrderInput {
  std::string request_id;
  std::string user_id;
};

// Creates a PENDING order and computes its totals.
class CreateOrder {
 public:
  CreateOrder(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}

  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_NOT_ACTIVE, REFERENCE_TAKEN, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const CreateOrderCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

}  // namespace keelson
