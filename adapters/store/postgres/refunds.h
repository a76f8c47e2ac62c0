#pragma once

#include "adapters/store/postgres/users.h"
#include "core/refunds/refund_repository.h"

namespace keelson {

class PgRefunds final : public RefundRepository {
 public:
  explicit PgRefunds(PgSession& session) : session_(session) {}

  Found<Refund> Find(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter, std::optional<ListPosition> before,
                                           int limit) override;
  absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) override;
  Found<Refund> FindForUpdate(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> FindManyForUpdate(std::span<const RefundId> ids) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;
  absl::Status EraseNotes(UserId user_id, absl::Time now) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
