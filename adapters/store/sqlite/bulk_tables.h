#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adapters/store/sqlite/query.h"
#include "core/accounts/user_repository.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Reads and inserts the rows of every RowKind over one connection, for SqliteBulk. The caller begins and ends
// the transactions. Not thread-safe.
class BulkTables {
 public:
  explicit BulkTables(Connection& connection);

  // See StoreExporter.
  absl::StatusOr<std::int64_t> Count(RowKind kind);
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit);
  // See StoreImporter::Insert. Must run in the caller's transaction.
  absl::Status Insert(const RowBatch& rows);

 private:
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

  void InsertRow(const UserRow& row);
  void InsertRow(const SessionFields& row);
  void InsertRow(const EmailToken& row);
  void InsertRow(const Cooldown& row);
  void InsertRow(const Throttle& row);
  void InsertRow(const OrderFields& row);
  void InsertRow(const RefundFields& row);
  void InsertRow(const Message& row);
  void InsertRow(const Event& row);
  void InsertRow(const IdempotencyRecord& row);
  void InsertRow(const Setting& row);
  void InsertRow(const LedgerEntry& row);

  Connection& connection_;
  Query list_users_, list_sessions_, list_tokens_, list_cooldowns_, list_throttles_, list_orders_,
      list_lines_, list_payments_, list_refunds_, list_messages_, list_events_, list_records_, list_settings_,
      list_entries_;
  Query insert_user_, insert_credentials_, insert_session_, insert_token_, insert_cooldown_, insert_throttle_,
      insert_order_, insert_line_, insert_payment_, insert_refund_, insert_message_, insert_event_,
      insert_record_, insert_setting_, insert_entry_;
};

}  // namespace keelson
