#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/core/world.h"
#include "tests/support/rows_reader.h"

namespace keelson {

// A store with users, orders and refunds in every state that a use case leads to. One refund has the amount
// 0, one withholds a part of a line's share, and one was cancelled by CancelOrder. `approved` failed, and was
// retried and approved again. `deleted` was suspended before, and `suspended` was deleted and undeleted while
// it was suspended. `erased` was registered with a request id, and deleted. The owner has a session that was
// refreshed once. A user changed the address, and has started another change.
struct SeededStore {
  SeededStore();

  World world;
  OrderId delivered;
  UserId owner, suspended, deleted, erased;
  RefundId processing, failed, succeeded, requested, approved, rejected;
};

// The rows of a seeded store, which a test changes before it verifies them.
struct TamperedStore {
  UserFields& user(UserId id) { return user_row(id).fields; }
  std::optional<std::string>& password_hash(UserId id) { return user_row(id).password_hash; }
  OrderFields& order() { return Find<OrderFields>(seeded.delivered); }
  SessionFields& session() { return rows.of<SessionFields>()[0]; }
  // The token of the pending change of an address.
  EmailToken& change_token();
  // The stored response of a call about `user_id`; nullopt: about no user whose data can be erased.
  IdempotencyRecord& response(std::optional<UserId> user_id) {
    auto& records = rows.of<IdempotencyRecord>();
    return *std::find_if(records.begin(), records.end(),
                         [&](const IdempotencyRecord& record) { return record.user_id == user_id; });
  }
  RefundFields& refund(RefundId id) { return Find<RefundFields>(id); }
  OrderFields& order_of(RefundId id) { return Find<OrderFields>(refund(id).order_id); }
  // The first ledger entry of this type of a refund, or of the order `seeded.delivered` for payments.
  LedgerEntry& entry(LedgerEntryType type);
  // The first event of this type.
  Event& event(std::string_view type);
  // Numbers the events and computes their hashes again, so that the hash chain is valid.
  void Rechain();
  // Deletes the first event of this type.
  void Forget(std::string_view type);
  void Repeat(std::string_view type);

  SeededStore seeded;
  std::unique_ptr<StoreExporter> exporter = seeded.world.memory.OpenReader();
  RowsReader rows{*exporter};

 private:
  UserRow& user_row(UserId id);
  template <typename Row, typename Id>
  Row& Find(Id id) {
    auto& all = rows.of<Row>();
    return *std::find_if(all.begin(), all.end(), [&](const Row& row) { return row.id == id; });
  }
};

}  // namespace keelson
