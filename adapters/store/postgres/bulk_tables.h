#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "adapters/store/postgres/copy_rows.h"
#include "core/accounts/user_repository.h"
#include "core/store/export/bulk.h"

namespace keelson {

// The tables behind the kinds of rows, over one connection. Who uses them begins and ends the transactions.
// Everything throws PgError, or std::runtime_error where the database holds what it must not.
class PgBulkTables {
 public:
  explicit PgBulkTables(PgConnection& connection) : connection_(connection) {}

  // Numbers the events that wait for it, here and not in the database: nothing is written, and they are of
  // the same moment as all that the transaction sees.
  void NumberWaiting();

  // As StoreExporter has them.
  std::int64_t Count(RowKind kind);
  RowBatch Read(RowKind kind, std::string_view after, int limit);
  // As StoreImporter::Insert, within the caller's transaction, which may have no foreign keys in force. It
  // does not say which row is refused.
  void Insert(const RowBatch& rows);

 private:
  template <typename... Ts>
  PgResult Select(const char* sql, const Ts&... values);
  template <typename Row>
  void CopyIn(const char* sql, const std::vector<Row>& rows);
  void CopyIn(const char* sql, PgCopyRows& rows);

  void ReadInto(std::vector<UserRow>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<EmailToken>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Cooldown>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<OrderFields>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<RefundFields>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Message>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Event>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<IdempotencyRecord>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Setting>& rows, std::string_view after, int limit);
  void ReadLines(std::vector<OrderFields>& orders);

  void RequireUsers(const std::vector<UserId>& ids);
  void RequireOrders(const std::vector<RefundFields>& refunds);
  void InsertRows(const std::vector<UserRow>& rows);
  void InsertRows(const std::vector<EmailToken>& rows);
  void InsertRows(const std::vector<Cooldown>& rows);
  void InsertRows(const std::vector<OrderFields>& rows);
  void InsertRows(const std::vector<RefundFields>& rows);
  void InsertRows(const std::vector<Message>& rows);
  void InsertRows(const std::vector<Event>& rows);
  void InsertRows(const std::vector<IdempotencyRecord>& rows);
  void InsertRows(const std::vector<Setting>& rows);

  PgConnection& connection_;
  std::vector<Event> waiting_;
};

}  // namespace keelson
