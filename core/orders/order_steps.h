// State transitions of an order after its creation.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/amount.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

struct PayOrderCommand {
  std::string request_id;
  std::string id;
  std::optional<Amount> amount;
  // The name of a configured payment provider, or empty for the first of them.
  std::string payment_provider;
  std::string payment_reference;
  std::string etag;
};

// Records a payment: moves the order from PENDING to PAID.
class PayOrder {
 public:
  // `providers`: names of the configured payment providers, at least one. The provider of the payment also
  // pays the refunds.
  PayOrder(Store& store, Clock& clock, std::vector<std::string> providers)
      : store_(store), clock_(clock), providers_(std::move(providers)) {}
  // Errors: FIELD_INVALID (also for an amount that is not the order's total, and for another provider),
  // ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const PayOrderCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  const std::vector<std::string> providers_;
};

struct OrderStepCommand {
  std::string request_id;
  std::string id;
  std::string etag;
};

// Marks an order as shipped: moves the order from PAID to SHIPPED.
class ShipOrder {
 public:
  ShipOrder(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ORDER_REFUNDED, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const OrderStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

// Marks an order as delivered: moves the order from SHIPPED to DELIVERED. The refund window begins.
class DeliverOrder {
 public:
  DeliverOrder(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const OrderStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
