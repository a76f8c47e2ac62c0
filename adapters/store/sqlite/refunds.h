#pragma once

#include "adapters/store/sqlite/listing.h"
#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

// Update writes only the mutable columns: the amount, the portions and the reason of a refund never change.
class SqliteRefunds : public RefundRepository {
 public:
  explicit SqliteRefunds(Connection& connection);

  Found<Refund> Find(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter, std::optional<ListPosition> before,
                                           int limit) override;
  absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;
  absl::Status EraseNotes(UserId user_id, absl::Time now) override;

 private:
  std::vector<RefundId> ListIds(const RefundFilter& filter, const ListParameters& parameters);

  Connection& connection_;
  Query find_;
  Query list_;
  Query list_of_order_;
  Query list_of_payment_;
  Query list_of_user_;
  Query list_of_label_;
  Query list_due_;
  Query insert_;
  Query update_;
  Query erase_notes_;
};

}  // namespace keelson
