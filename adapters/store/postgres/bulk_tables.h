#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "adapters/store/postgres/copy_rows.h"
#include "core/accounts/user_repository.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Reads and inserts the rows of every RowKind over one connection, for PostgresBulk. The caller begins and
// ends the transactions. Every method blocks, and throws PgError, or std::runtime_error if the database holds
// an invalid value. Not thread-safe.
class PgBulkTables {
 public:
  explicit PgBulkTables(PgConnection& connection) : connection_(connection) {}

  // Reads the unnumbered events in the transaction's snapshot and numbers them in memory. Writes nothing.
  // Call this once, before the first Count or Read.
  void NumberWaiting();

  // See StoreExporter.
  std::int64_t Count(RowKind kind);
  RowBatch Read(RowKind kind, std::string_view after, int limit);
  // See StoreImporter::Insert. Checks the references to users and orders itself, because PgForeignKeys may
  // have dropped the foreign keys. The error does not name the rejected row.
  void Insert(const RowBatch& rows);

 private:
  template <typename... Ts>
  PgResult Select(const char* sql, const Ts&... values);
  template <typename Row>
  void CopyIn(const char* sql, const std::vector<Row>& rows);
  void CopyIn(const char* sql, PgCopyRows& rows);

  void ReadInto(std::vector<UserRow>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<SessionFields>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<EmailToken>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Cooldown>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Throttle>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<OrderFields>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<RefundFields>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Message>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Event>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<IdempotencyRecord>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<Setting>& rows, std::string_view after, int limit);
  void ReadInto(std::vector<LedgerEntry>& rows, std::string_view after, int limit);
  // `sql` selects the children of the orders between the ids $1 and $2, with the order's id after the
  // columns.
  template <typename Child>
  void ReadChildren(const char* sql, std::vector<Child> OrderFields::*children,
                    std::vector<OrderFields>& orders);

  void RequireUsers(const std::vector<UserId>& ids);
  void RequireOrders(const std::vector<RefundFields>& refunds);
  void InsertRows(const std::vector<UserRow>& rows);
  void InsertRows(const std::vector<SessionFields>& rows);
  void InsertRows(const std::vector<EmailToken>& rows);
  void InsertRows(const std::vector<Cooldown>& rows);
  void InsertRows(const std::vector<Throttle>& rows);
  void InsertRows(const std::vector<OrderFields>& rows);
  void InsertRows(const std::vector<RefundFields>& rows);
  void InsertRows(const std::vector<Message>& rows);
  void InsertRows(const std::vector<Event>& rows);
  void InsertRows(const std::vector<IdempotencyRecord>& rows);
  void InsertRows(const std::vector<Setting>& rows);
  void InsertRows(const std::vector<LedgerEntry>& rows);

  PgConnection& connection_;
  // The events that NumberWaiting has numbered in memory.
  std::vector<Event> waiting_;
};

}  // namespace keelson
