#include "adapters/sqlite/refunds.h"

#include "adapters/sqlite/listing.h"

namespace keelson {
namespace {

#define KEELSON_REFUND_COLUMNS                                                                              \
  "id, order_id, user_id, state, currency, amount, shipping, lines, reason, note, requested_by, "           \
  "decided_by, "                                                                                            \
  "decision_note, payment_provider, payment_reference, provider_reference, failure_code, failure_message, " \
  "attempts, due_time, create_time, update_time, decide_time, settle_time, version"
#define KEELSON_SELECT_REFUNDS "SELECT " KEELSON_REFUND_COLUMNS " FROM refunds WHERE "

Refund ReadRefund(const Rows& rows) {
  RefundFields f;
  rows.Read(f.id, f.order_id, f.user_id, f.state, f.currency, f.amount, f.shipping, f.lines, f.reason, f.note,
            f.requested_by, f.decided_by, f.decision_note, f.payment_provider, f.payment_reference,
            f.provider_reference, f.failure_code, f.failure_message, f.attempts, f.due_time, f.create_time,
            f.update_time, f.decide_time, f.settle_time, f.version);
  return Refund(std::move(f));
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
      list_(connection, KEELSON_SELECT_REFUNDS KEELSON_LIST_FILTER),
      list_of_order_(connection, KEELSON_SELECT_REFUNDS "order_id = ?6 AND " KEELSON_LIST_FILTER),
      list_of_user_(connection, KEELSON_SELECT_REFUNDS
                    "order_id IN (SELECT id FROM orders WHERE user_id = ?6) AND " KEELSON_LIST_FILTER),
      list_of_order_and_user_(
          connection, KEELSON_SELECT_REFUNDS "order_id = ?6 AND user_id = ?7 AND " KEELSON_LIST_FILTER),
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
  return connection_.Guard([&]() -> Found<Refund> {
    Rows rows = find_.Select(id);
    if (!rows.Next()) return std::nullopt;
    return ReadRefund(rows);
  });
}

absl::StatusOr<std::vector<Refund>> SqliteRefunds::List(const RefundFilter& filter,
                                                        std::optional<ListPosition> before, int limit) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<Refund>> {
    const auto select = [&](Query& query, const auto&... more) {
      const ListPosition end = EndParameter(filter, before);
      return query.Select(FromParameter(filter.created_from), end.create_time, end.id,
                          StatesParameter(filter.states), LimitParameter(limit), more...);
    };
    if (filter.order_id && filter.user_id) {
      return ReadRefunds(select(list_of_order_and_user_, *filter.order_id, *filter.user_id));
    }
    if (filter.order_id) return ReadRefunds(select(list_of_order_, *filter.order_id));
    if (filter.user_id) return ReadRefunds(select(list_of_user_, *filter.user_id));
    return ReadRefunds(select(list_));
  });
}

absl::StatusOr<std::vector<Refund>> SqliteRefunds::ListDue(absl::Time now, int limit) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRefunds(list_due_.Select(now, LimitParameter(limit)));
  });
}

absl::Status SqliteRefunds::Insert(const Refund& refund) {
  return connection_.Guard([&] {
    const RefundFields& f = refund.fields();
    insert_.Execute(f.id, f.order_id, f.user_id, f.state, f.currency, f.amount, f.shipping, f.lines, f.reason,
                    f.note, f.requested_by, f.decided_by, f.decision_note, f.payment_provider,
                    f.payment_reference, f.provider_reference, f.failure_code, f.failure_message, f.attempts,
                    f.due_time, f.create_time, f.update_time, f.decide_time, f.settle_time, f.version);
    return absl::OkStatus();
  });
}

absl::Status SqliteRefunds::Update(const Refund& refund) {
  return connection_.Guard([&] {
    const RefundFields& f = refund.fields();
    const int changed = update_.Execute(f.id, f.state, f.decided_by, f.decision_note, f.provider_reference,
                                        f.failure_code, f.failure_message, f.attempts, f.due_time,
                                        f.update_time, f.decide_time, f.settle_time, f.version);
    return changed == 1 ? absl::OkStatus() : absl::InternalError("no such refund to update");
  });
}

}  // namespace keelson
