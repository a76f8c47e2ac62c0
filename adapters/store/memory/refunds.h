#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "adapters/store/memory/table.h"
#include "core/refunds/refund_repository.h"

namespace keelson {

class MemoryRefunds : public RefundRepository {
 public:
  explicit MemoryRefunds(Journal& journal)
      : journal_(journal), refunds_(journal), by_order_(journal), by_position_(journal), due_(journal) {}

  Found<Refund> Find(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter, std::optional<ListPosition> before,
                                           int limit) override;
  absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;
  absl::Status EraseNotes(UserId user_id, absl::Time now) override;

  std::vector<RefundFields> ListAfter(std::string_view after, int limit) const;

 private:
  using DueKey = std::pair<absl::Time, RefundId>;

  static std::optional<DueKey> DueKeyOf(const Refund& refund);
  absl::Status Put(const Refund& refund);

  Journal& journal_;
  Table<RefundId, Refund> refunds_;
  Table<std::pair<OrderId, RefundId>, std::monostate> by_order_;
  Table<ListPosition, RefundId> by_position_;
  Table<DueKey, std::monostate> due_;
};

}  // namespace keelson
