#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/amount.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

inline constexpr std::size_t kMaxOrderLines = 500;
inline constexpr std::int64_t kMaxLineQuantity = 1'000'000;

struct CreateOrderCommand {
  struct Line {
    // Must be empty, because the service sets the line_id.
    std::string line_id;
    std::string sku;
    std::string title;
    std::int64_t quantity = 0;
    std::optional<Amount> unit_price;
    std::optional<Amount> discount;
    std::optional<Amount> tax;
    // The amounts must be unset and refunded_quantity 0, because the service sets these fields.
    std::optional<Amount> total;
    std::int64_t refunded_quantity = 0;
    std::optional<Amount> refunded;
    std::optional<Amount> withheld;
  };
  std::string request_id;
  std::string user_id;
  std::vector<Line> lines;
  std::optional<Amount> shipping;
  std::string reference;
  Labels labels;
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
