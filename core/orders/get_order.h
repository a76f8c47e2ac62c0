#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

class GetOrder {
 public:
  explicit GetOrder(Store& store) : store_(store) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND.
  absl::StatusOr<Order> ById(const CallContext& context, std::string_view id);
  absl::StatusOr<Order> ByReference(const CallContext& context, std::string_view reference);

 private:
  Store& store_;
};

struct ListOrdersQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::string user_id;
  std::vector<OrderState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
  std::string reference;
  std::string payment_reference;
  std::optional<Label> label;
  std::vector<RefundStatus> refund_statuses;
};

struct OrderPage {
  std::vector<Order> orders;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists orders, newest first.
class ListOrders {
 public:
  ListOrders(Store& store, const PageTokens& page_tokens) : store_(store), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<OrderPage> Handle(const CallContext& context, const ListOrdersQuery& query);

 private:
  Store& store_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
