// The contents of a new order as sent by a caller, and their validation. CreateOrder and ImportOrders share
// both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/common/amount.h"
#include "core/common/error.h"
#include "core/common/money.h"
#include "core/common/text.h"
#include "core/orders/order.h"

namespace keelson {

inline constexpr std::size_t kMaxOrderLines = 500;
inline constexpr std::int64_t kMaxLineQuantity = 1'000'000;

struct OrderInput {
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
  std::vector<Line> lines;
  std::optional<Amount> shipping;
  std::string reference;
  Labels labels;
};

// The validated contents.
struct OrderContents {
  Currency currency;
  std::vector<OrderLine> lines;
  std::int64_t shipping = 0;
  // Normalized.
  std::string reference;
};

// Adds a violation for each invalid field. Returns nullopt if `errors` has a violation, also an earlier one.
std::optional<OrderContents> CheckOrder(const OrderInput& input, FieldErrors& errors);

// The validated provider and reference of a payment.
struct CheckedPayment {
  std::string provider;
  // Normalized.
  std::string reference;
};

// Validates a payment. `provider` must be one of `configured_providers`, because the same provider pays the
// refunds, or empty for the first of them.
CheckedPayment CheckPayment(std::string_view provider, std::string_view reference,
                            const std::vector<std::string>& configured_providers, FieldErrors& errors);

}  // namespace keelson
