// core/store/store.h specifies List: the order of the rows, the start of a page and the cost.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/refunds/refund.h"

namespace keelson {

struct RefundFilter {
  std::optional<OrderId> order_id;
  std::optional<UserId> user_id;
  // Empty: every state.
  std::vector<RefundState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
  // Empty: every payment.
  std::string payment_reference;
  std::optional<Label> label;
};

class RefundReader {
 public:
  virtual ~RefundReader() = default;
  virtual Found<Refund> Find(RefundId id) = 0;
  virtual absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter,
                                                   std::optional<ListPosition> before, int limit) = 0;
  // At most `limit` refunds with due_time <= now, in the order of due_time.
  virtual absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) = 0;
};

class RefundRepository : public RefundReader {
 public:
  // FindForUpdate and FindManyForUpdate are specified at OrderRepository.
  virtual Found<Refund> FindForUpdate(RefundId id) { return Find(id); }
  virtual absl::StatusOr<std::vector<Refund>> FindManyForUpdate(std::span<const RefundId> ids) {
    return FindEachForUpdate<Refund>(*this, ids);
  }
  virtual absl::Status Insert(const Refund& refund) = 0;
  virtual absl::Status Update(const Refund& refund) = 0;
  // Clears the notes of the user's refunds (Refund::EraseNotes); refunds without notes stay unchanged. Locks
  // the changed refunds in the order of their ids.
  virtual absl::Status EraseNotes(UserId user_id, absl::Time now) = 0;
};

}  // namespace keelson
