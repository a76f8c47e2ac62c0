#include "adapters/store/sqlite/refunds.h"

namespace keelson {
namespace {

constexpr auto kSelectRefunds = "SELECT " + kColumnNames<RefundFields> + " FROM refunds WHERE ";
constexpr auto kFindRefund = kSelectRefunds + "id = ?";
constexpr auto kListRefunds = ListByState<RefundState::kCancelled>("refunds", "refunds_by_state", "");
constexpr auto kListRefundsOfUser =
    ListByState<RefundState::kCancelled>("refunds", "refunds_by_user", " AND user_id = ?6");
constexpr auto kListRefundsOfOrder =
    "SELECT create_time, id FROM refunds INDEXED BY refunds_by_order WHERE order_id = ?6 "
    "AND (?7 IS NULL OR user_id = ?7) AND " +
    kInListStates + " AND " + kInListRange + kListOrder;
constexpr auto kListDueRefunds = kSelectRefunds + "state IN (" + kSqlNumber<RefundState::kApproved> + ", " +
                                 kSqlNumber<RefundState::kProcessing> +
                                 ") AND due_time <= ? ORDER BY due_time, id LIMIT ?";

std::optional<Refund> ReadOneRefund(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return Refund(rows.ReadRow<RefundFields>());
}

std::vector<Refund> ReadRefunds(Rows rows) {
  std::vector<Refund> refunds;
  while (rows.Next()) refunds.emplace_back(rows.ReadRow<RefundFields>());
  return refunds;
}

}  // namespace

SqliteRefunds::SqliteRefunds(Connection& connection)
    : connection_(connection),
      find_(connection, kFindRefund),
      list_(connection, kListRefunds),
      list_of_user_(connection, kListRefundsOfUser),
      list_of_order_(connection, kListRefundsOfOrder),
      list_due_(connection, kListDueRefunds),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, RefundFields, "refunds">),
      update_(connection, kUpdateById<SqlDialect::kSqlite, RefundFields, "refunds">) {}

Found<Refund> SqliteRefunds::Find(RefundId id) {
  return connection_.CatchErrors([&]() -> Found<Refund> { return ReadOneRefund(find_.Select(id)); });
}

std::vector<RefundId> SqliteRefunds::ListIds(const RefundFilter& filter, const ListParameters& parameters) {
  if (filter.order_id) {
    return SelectIds<RefundId>(list_of_order_, parameters, *filter.order_id, filter.user_id);
  }
  if (filter.user_id) return SelectIds<RefundId>(list_of_user_, parameters, *filter.user_id);
  return SelectIds<RefundId>(list_, parameters);
}

absl::StatusOr<std::vector<Refund>> SqliteRefunds::List(const RefundFilter& filter,
                                                        std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    std::vector<Refund> refunds;
    for (const RefundId& id : ListIds(filter, ParametersOf(filter, before, limit))) {
      refunds.push_back(ReadOneRefund(find_.Select(id)).value());
    }
    return refunds;
  });
}

absl::StatusOr<std::vector<Refund>> SqliteRefunds::ListDue(absl::Time now, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRefunds(list_due_.Select(now, LimitParameter(limit)));
  });
}

absl::Status SqliteRefunds::Insert(const Refund& refund) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(refund.fields());
    return absl::OkStatus();
  });
}

absl::Status SqliteRefunds::Update(const Refund& refund) {
  return connection_.CatchErrors([&] {
    const int changed = update_.ExecuteRow<MutableColumns>(refund.fields(), refund->id);
    return changed == 1 ? absl::OkStatus() : absl::InternalError("the refund to update does not exist");
  });
}

}  // namespace keelson
