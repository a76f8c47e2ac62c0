#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

class GetRefund {
 public:
  explicit GetRefund(Store& store) : store_(store) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND.
  absl::StatusOr<Refund> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
};

struct ListRefundsQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::string order_id;
  std::string user_id;
  std::vector<RefundState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
  std::string payment_reference;
  // Reference of the order.
  std::string order_reference;
  std::optional<Label> label;
};

struct RefundPage {
  std::vector<Refund> refunds;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists refunds, newest first.
class ListRefunds {
 public:
  ListRefunds(Store& store, const PageTokens& page_tokens) : store_(store), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<RefundPage> Handle(const CallContext& context, const ListRefundsQuery& query);

 private:
  Store& store_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
