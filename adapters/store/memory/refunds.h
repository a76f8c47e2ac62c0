#pragma once

#include <string>
#include <string_view>
#include <tuple>
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
  absl::StatusOr<std::vector<Refund>> ListDue(std::string_view provider, absl::Time now, int limit) override;
  absl::StatusOr<std::vector<std::string>> ListDueProviders() override;
  absl::StatusOr<std::vector<Refund>> ListLeased(absl::Time after, absl::Time until, int limit) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;

  std::vector<RefundFields> ListAfter(std::string_view after, int limit) const;

 private:
  // The payment provider, due_time and the id.
  using DueKey = std::tuple<std::string, absl::Time, RefundId>;

  static std::optional<DueKey> DueKeyOf(const Refund& refund);
  absl::Status Put(const Refund& refund);

  Journal& journal_;
  Table<RefundId, Refund> refunds_;
  Table<std::pair<OrderId, RefundId>, std::monostate> by_order_;
  Table<ListPosition, RefundId> by_position_;
  Table<DueKey, std::monostate> due_;
};

}  // namespace keelson
