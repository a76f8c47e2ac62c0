#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/store/postgres/users.h"
#include "core/refunds/refund_repository.h"

namespace keelson {

class PgRefunds final : public RefundRepository {
 public:
  explicit PgRefunds(PgSession& session) : session_(session) {}

  Found<Refund> Find(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter, std::optional<ListPosition> before,
                                           int limit) override;
  absl::StatusOr<std::vector<Refund>> ListDue(std::string_view provider, absl::Time now, int limit) override;
  absl::StatusOr<std::vector<std::string>> ListDueProviders() override;
  absl::StatusOr<std::vector<Refund>> ListLeased(absl::Time after, absl::Time until, int limit) override;
  Found<Refund> FindForUpdate(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> FindManyForUpdate(std::span<const RefundId> ids) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
