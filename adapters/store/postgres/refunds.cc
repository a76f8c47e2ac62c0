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
constexpr auto kListDueRefunds = kSelectRefund + "payment_provider = $1 AND due_time <= $2 AND state IN (" +
                                 kSqlNumber<RefundState::kApproved> + ", " +
                                 kSqlNumber<RefundState::kProcessing> + ") ORDER BY due_time, id LIMIT $3";
// Reads one index entry for each provider (a loose index scan).
constexpr char kListDueProviders[] =
    "WITH RECURSIVE names (name) AS ("
    " SELECT min(payment_provider) FROM refunds WHERE due_time IS NOT NULL"
    " UNION ALL SELECT (SELECT min(payment_provider) FROM refunds"
    " WHERE due_time IS NOT NULL AND payment_provider > name) FROM names WHERE name IS NOT NULL"
    ") SELECT name FROM names WHERE name IS NOT NULL";
constexpr auto kListLeasedRefunds =
    kSelectRefund + "state = " + kSqlNumber<RefundState::kProcessing> +
    " AND failure_code = '' AND due_time > $1 AND due_time <= $2 ORDER BY due_time, id LIMIT $3";
constexpr auto kInsertRefund = kInsertInto<SqlDialect::kPostgres, RefundFields, "refunds">;
constexpr auto kUpdateRefund = kUpdateById<SqlDialect::kPostgres, RefundFields, "refunds">;

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

absl::StatusOr<std::vector<Refund>> PgRefunds::ListDue(std::string_view provider, absl::Time now, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows<RefundFields, Refund>(
        session_.Select(kListDueRefunds, provider, now, LimitParameter(limit)));
  });
}

absl::StatusOr<std::vector<std::string>> PgRefunds::ListDueProviders() {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<std::string>> {
    const PgResult rows = session_.Select(kListDueProviders);
    std::vector<std::string> providers(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) rows.Read(row, providers[static_cast<std::size_t>(row)]);
    return providers;
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::ListLeased(absl::Time after, absl::Time until, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows<RefundFields, Refund>(
        session_.Select(kListLeasedRefunds, after, until, LimitParameter(limit)));
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

}  // namespace keelson
