#include "adapters/store/sqlite/refunds.h"

#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

#define KEELSON_SELECT_REFUNDS "SELECT " KEELSON_REFUND_COLUMNS " FROM refunds WHERE "

constexpr int kRefundStates = static_cast<int>(RefundState::kCancelled);

Refund ReadRefund(const Rows& rows) {
  RefundFields f;
  WithColumns(f, [&](auto&... columns) { rows.Read(columns...); });
  return Refund(std::move(f));
}

std::optional<Refund> ReadOneRefund(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return ReadRefund(rows);
}

std::vector<Refund> ReadRefunds(Rows rows) {
  std::vector<Refund> refunds;
  while (rows.Next()) refunds.push_back(ReadRefund(rows));
  return refunds;
}

}  // namespace

SqliteRefunds::SqliteRefunds(Connection& connection)
    : connection_(connection),
      find_(connection, KEELSON_SELECT_REFUNDS "id = ?"),
      list_(connection, ListByState("refunds", "refunds_by_state", kRefundStates)),
      list_of_user_(connection, ListByState("refunds", "refunds_by_user", kRefundStates, "user_id = ?6")),
      list_of_order_(connection,
                     "SELECT create_time, id FROM refunds INDEXED BY refunds_by_order WHERE order_id = ?6 "
                     "AND (?7 IS NULL OR user_id = ?7) AND " KEELSON_LIST_STATES
                     " AND " KEELSON_LIST_RANGE KEELSON_LIST_ORDER),
      list_due_(connection,
                KEELSON_SELECT_REFUNDS "state IN (2, 3) AND due_time <= ? ORDER BY due_time, id LIMIT ?"),
      insert_(connection,
              "INSERT INTO refunds (" KEELSON_REFUND_COLUMNS
              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_(connection,
              "UPDATE refunds SET state = ?2, decided_by = ?3, decision_note = ?4, provider_reference = ?5, "
              "failure_code = ?6, failure_message = ?7, attempts = ?8, due_time = ?9, update_time = ?10, "
              "decide_time = ?11, settle_time = ?12, version = ?13 WHERE id = ?1") {}

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
    const RefundFields& f = refund.fields();
    WithColumns(f, [&](const auto&... columns) { insert_.Execute(columns...); });
    return absl::OkStatus();
  });
}

absl::Status SqliteRefunds::Update(const Refund& refund) {
  return connection_.CatchErrors([&] {
    const RefundFields& f = refund.fields();
    const int changed = update_.Execute(f.id, f.state, f.decided_by, f.decision_note, f.provider_reference,
                                        f.failure_code, f.failure_message, f.attempts, f.due_time,
                                        f.update_time, f.decide_time, f.settle_time, f.version);
    return changed == 1 ? absl::OkStatus() : absl::InternalError("no such refund to update");
  });
}

}  // namespace keelson
