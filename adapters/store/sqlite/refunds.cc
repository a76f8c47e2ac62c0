#include "adapters/store/sqlite/refunds.h"

namespace keelson {
namespace {

constexpr auto kSelectRefunds = "SELECT " + kColumnNames<RefundFields> + " FROM refunds WHERE ";
constexpr auto kFindRefund = kSelectRefunds + "id = ?";
constexpr auto kListRefunds = ListByState<RefundState::kCancelled>("refunds", "refunds_by_state", "");

// Further parameters of the filtered lists: ?6 is the user or NULL, ?7 the payment reference or an empty
// text, (?8, ?9) the key and the value of the label or empty texts, and ?10 the order. The conditions below
// apply the filters beside the one that selects the index.
constexpr Sql kRefundHasLabel =
    " AND (?8 = '' OR EXISTS (SELECT 1 FROM refund_labels l WHERE l.key = ?8 AND l.value = ?9 AND l.state = "
    "refunds.state AND l.create_time = refunds.create_time AND l.id = refunds.id))";
// An order has few refunds: the other filters are applied row by row.
constexpr auto kListRefundsOfOrder =
    "SELECT create_time, id FROM refunds INDEXED BY refunds_by_order WHERE order_id = ?10 AND (?6 IS NULL OR "
    "user_id = ?6) AND (?7 = '' OR payment_reference = ?7)" +
    kRefundHasLabel + " AND " + kInListStates + " AND " + kInListRange + kListOrder;
// The condition payment_reference <> '' is the condition of the partial index. The user is read by the id of
// the refund, so that a list without a user reads the index only.
constexpr auto kListRefundsOfPayment = ListByState<RefundState::kCancelled>(
    "refunds", "refunds_by_payment",
    " AND payment_reference = ?7 AND payment_reference <> '' AND (?6 IS NULL OR ?6 = (SELECT user_id FROM "
    "refunds other WHERE other.id = refunds.id))" +
        kRefundHasLabel);
constexpr auto kListRefundsOfUser =
    ListByState<RefundState::kCancelled>("refunds", "refunds_by_user", " AND user_id = ?6" + kRefundHasLabel);
constexpr auto kListRefundsOfLabel =
    ListEachState<RefundState::kCancelled>("refund_labels", " AND key = ?8 AND value = ?9") + kListOrder;
constexpr auto kListDueRefunds = kSelectRefunds + "state IN (" + kSqlNumber<RefundState::kApproved> + ", " +
                                 kSqlNumber<RefundState::kProcessing> +
                                 ") AND due_time <= ? ORDER BY due_time, id LIMIT ?";
constexpr Sql kEraseNotes =
    "UPDATE refunds SET note = '', decision_note = '', override_note = '', update_time = ?2, version = "
    "version + 1 "
    "WHERE user_id = ?1 AND (note <> '' OR decision_note <> '' OR override_note <> '')";

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
      list_of_order_(connection, kListRefundsOfOrder),
      list_of_payment_(connection, kListRefundsOfPayment),
      list_of_user_(connection, kListRefundsOfUser),
      list_of_label_(connection, kListRefundsOfLabel),
      list_due_(connection, kListDueRefunds),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, RefundFields, "refunds">),
      update_(connection, kUpdateById<SqlDialect::kSqlite, RefundFields, "refunds">),
      erase_notes_(connection, kEraseNotes) {}

Found<Refund> SqliteRefunds::Find(RefundId id) {
  return connection_.CatchErrors([&]() -> Found<Refund> { return ReadOneRefund(find_.Select(id)); });
}

std::vector<RefundId> SqliteRefunds::ListIds(const RefundFilter& filter, const ListParameters& parameters) {
  const auto& [key, value] = filter.label.value_or(Label());
  const auto select = [&](Query& query, const auto&... more) {
    return SelectIds<RefundId>(query, parameters, filter.user_id, filter.payment_reference, key, value,
                               more...);
  };
  if (filter.order_id) return select(list_of_order_, *filter.order_id);
  if (!filter.payment_reference.empty()) return select(list_of_payment_);
  if (filter.user_id) return select(list_of_user_);
  if (filter.label) return select(list_of_label_);
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

absl::Status SqliteRefunds::EraseNotes(UserId user_id, absl::Time now) {
  return connection_.CatchErrors([&] {
    erase_notes_.Execute(user_id, now);
    return absl::OkStatus();
  });
}

}  // namespace keelson
