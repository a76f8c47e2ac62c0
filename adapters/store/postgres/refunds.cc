#include "adapters/store/postgres/refunds.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

#define KEELSON_PG_SELECT_REFUND "SELECT " KEELSON_REFUND_COLUMNS " FROM refunds WHERE "

Refund ReadRefund(const PgResult& result, int row) {
  RefundFields f;
  WithColumns(f, [&](auto&... columns) { result.Read(row, columns...); });
  return Refund(std::move(f));
}

std::optional<Refund> ReadOneRefund(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadRefund(result, 0);
}

}  // namespace

Found<Refund> PgRefunds::Find(RefundId id) {
  return session_.CatchErrors([&]() -> Found<Refund> {
    return ReadOneRefund(session_.SelectOne(KEELSON_PG_SELECT_REFUND "id = $1", id));
  });
}

Found<Refund> PgRefunds::FindForUpdate(RefundId id) {
  return session_.CatchErrors([&]() -> Found<Refund> {
    return ReadOneRefund(session_.SelectOne(KEELSON_PG_SELECT_REFUND "id = $1 FOR NO KEY UPDATE", id));
  });
}

// In one order, so that two that lock some of the same never wait for each other.
absl::StatusOr<std::vector<Refund>> PgRefunds::FindManyForUpdate(std::span<const RefundId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows(
        session_.Select(KEELSON_PG_SELECT_REFUND "id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", ids),
        ReadRefund);
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::List(const RefundFilter& filter,
                                                    std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows(SelectRefundPage(session_, filter, before, limit), ReadRefund);
  });
}

absl::StatusOr<std::vector<Refund>> PgRefunds::ListDue(absl::Time now, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Refund>> {
    return ReadRows(session_.Select(KEELSON_PG_SELECT_REFUND
                                    "state IN (2, 3) AND due_time <= $1 ORDER BY due_time, id LIMIT $2",
                                    now, LimitParameter(limit)),
                    ReadRefund);
  });
}

absl::Status PgRefunds::Insert(const Refund& refund) {
  return session_.CatchErrors([&] {
    WithColumns(refund.fields(), [&](const auto&... columns) {
      session_.Execute(
          "INSERT INTO refunds (" KEELSON_REFUND_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
          "$19, $20, $21, $22, $23, $24, $25)",
          columns...);
    });
    return absl::OkStatus();
  });
}

absl::Status PgRefunds::Update(const Refund& refund) {
  return session_.CatchErrors([&] {
    const RefundFields& f = refund.fields();
    session_.ExecuteOneRow(
        "UPDATE refunds SET state = $2, decided_by = $3, decision_note = $4, provider_reference = $5, "
        "failure_code = $6, failure_message = $7, attempts = $8, due_time = $9, update_time = $10, "
        "decide_time = $11, settle_time = $12, version = $13 WHERE id = $1",
        f.id, f.state, f.decided_by, f.decision_note, f.provider_reference, f.failure_code, f.failure_message,
        f.attempts, f.due_time, f.update_time, f.decide_time, f.settle_time, f.version);
    return absl::OkStatus();
  });
}

}  // namespace keelson
