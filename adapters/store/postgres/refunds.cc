#include "adapters/store/postgres/refunds.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

constexpr auto kSelectRefund = "SELECT " + kColumnNames<RefundFields> + " FROM refunds WHERE ";
constexpr auto kFindRefund = kSelectRefund + "id = $1";
constexpr auto kFindRefundForUpdate = kFindRefund + " FOR NO KEY UPDATE";
// Locks rows in the order of their ids, so that two transactions never deadlock.
constexpr auto kLockRefunds = kSelectRefund + "id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";
constexpr auto kListDueRefunds = kSelectRefund + "state IN (" + kSqlNumber<RefundState::kApproved> + ", " +
                                 kSqlNumber<RefundState::kProcessing> +
                                 ") AND due_time <= $1 ORDER BY due_time, id LIMIT $2";
constexpr auto kInsertRefund = kInsertInto<SqlDialect::kPostgres, RefundFields, "refunds">;
constexpr auto kUpdateRefund = kUpdateById<SqlDialect::kPostgres, RefundFields, "refunds">;
// Locks rows like kLockRefunds.
constexpr Sql kEraseNotes =
    "UPDATE refunds SET note = '', decision_note = '', override_note = '', update_time = $2, version = "
    "version + 1 "
    "WHERE user_id = $1 AND id IN (SELECT id FROM refunds WHERE user_id = $1 AND "
    "(note <> '' OR decision_note <> '' OR override_note <> '') ORDER BY id FOR NO KEY UPDATE)";

}  // namespace

Found<Refund> PgRefunds::Find(RefundId id) {
  return session_.CatchErrors([&]() -> Found<Refund> {
    return ReadOneRow<RefundFields, Refund>(session_.SelectOne(kFindRefund, id));
  });
}

Found<Refund> PgRefunds::FindForUpdate(RefundId id) {
  return session_.CatchErrors([&]() -> Found<Refund> {
    return ReadOneRow<RefundFields, Refund>(session_.SelectOne(kFindRefundForUpdate, id));
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::FindManyForUpdate(std::span<const RefundId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows<RefundFields, Refund>(session_.Select(kLockRefunds, ids));
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::List(const RefundFilter& filter,
                                                    std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows<RefundFields, Refund>(SelectRefundPage(session_, filter, before, limit));
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::ListDue(absl::Time now, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows<RefundFields, Refund>(session_.Select(kListDueRefunds, now, LimitParameter(limit)));
  });
}

absl::Status PgRefunds::Insert(const Refund& refund) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kInsertRefund, refund.fields());
    return absl::OkStatus();
  });
}

absl::Status PgRefunds::Update(const Refund& refund) {
  return session_.CatchErrors([&] {
    UpdateRow(session_, kUpdateRefund, refund.fields());
    return absl::OkStatus();
  });
}

absl::Status PgRefunds::EraseNotes(UserId user_id, absl::Time now) {
  return session_.CatchErrors([&] {
    session_.Execute(kEraseNotes, user_id, now);
    return absl::OkStatus();
  });
}

}  // namespace keelson
