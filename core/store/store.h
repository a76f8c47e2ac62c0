// The store: transactions, which give access to the repositories. Every adapter must meet this specification;
// tests/contract/store checks the adapters.
//
//   absl::Status status = store.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
//     ASSIGN_OR_RETURN(std::optional<Order> order, tx.orders().FindForUpdate(id));
//     …
//     return tx.orders().Update(*order);
//   });
//
// Read and Write execute a closure, which must have no effects outside its transaction, except assignments to
// captured variables.
//  - Atomic: if the closure returns an error or the store fails, no effect of the transaction is visible.
//  - Isolated: a Read sees one snapshot. In a Write, a row that a method named …ForUpdate has returned does
//    not change until the transaction ends.
//  - Durable: once Write has returned OK, its changes survive the end of the process and a power failure,
//    except in the memory store.
//  - Read your writes: a Read that begins after a Write returned sees the Write's changes, within one
//    process.
//  - The closure may run more than once (a conflict, a lost connection). The closure must not write log
//    lines, and the values that it assigns to captured variables must come from the last run alone.
// The store returns an error of the closure unchanged. The store's own errors:
//  - UNAVAILABLE (STORE_UNAVAILABLE): the store can't be reached, is full, locked or read-only. Nothing
//    changed, unless the connection was lost during the commit: then the result of the commit is unknown.
//  - RESOURCE_EXHAUSTED (OVERLOADED): the store's queue is full. Nothing changed.
//  - DEADLINE_EXCEEDED: the deadline expired before the closure began. Nothing changed.
//  - ABORTED (CONTENTION): conflicts lasted until the deadline. Nothing changed.
//  - INTERNAL: the store holds invalid data, or a repository was called against its specification.
// The closure should return the errors of its repositories: after such an error, the transaction can't be
// committed. A remote store may send a change with the next query or with the commit, and then returns the
// error of the change from that query or from Write.
//
// Each repository is declared beside its entity. List returns at most `limit` rows that match its filter,
// newest first, after the position `before` (from the first row if unset). The cost of a page must
// not depend on its position in the list or on the filter. An e-mail prefix may cost more, but must not scan
// all users for a rare prefix, or sort all matches for a common prefix. Times are whole microseconds;
// created_from is inclusive, created_before exclusive. A filter names no state or status twice.
//
// Of several filters of orders or refunds, one selects the index: the first of order or reference, payment
// reference, user, label, refund status. The index also covers the states and the creation time. The store
// applies the other filters row by row, so that such a page costs as much as the rows that these filters
// discard: few for the orders of one user or of one payment, up to all rows of a label for a label with a
// refund status. NOT_REFUNDED is the status of most orders and has no index: a page also reads the refunded
// orders in between.
//
// The order or the refund of a filter of ledger entries selects the entries of one order, of which there are
// few. Any other filter of ledger entries is covered by an index: such a page costs as much as its rows, plus
// one scan for each payment provider and entry type.
//
// Thread-safe: any number of threads may call Read and Write, which block. A transaction and its repositories
// are confined to the closure's thread and end with the closure. Transactions don't nest.
#pragma once

#include <limits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/common/deadline.h"

namespace keelson {

class UserReader;
class UserRepository;
class TokenRepository;
class CooldownRepository;
class SessionReader;
class SessionRepository;
class ThrottleRepository;
class OrderReader;
class OrderRepository;
class RefundReader;
class RefundRepository;
class LedgerReader;
class MessageReader;
class MessageRepository;
class EventReader;
class EventRepository;
class IdempotencyReader;
class IdempotencyRepository;
class SettingRepository;
class ExpiryRepository;

class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;
  virtual UserReader& users() = 0;
  virtual SessionReader& sessions() = 0;
  virtual OrderReader& orders() = 0;
  virtual RefundReader& refunds() = 0;
  virtual LedgerReader& ledger() = 0;
  virtual MessageReader& messages() = 0;
  virtual EventReader& events() = 0;
  virtual IdempotencyReader& idempotency() = 0;
};

class WriteTransaction {
 public:
  virtual ~WriteTransaction() = default;
  virtual UserRepository& users() = 0;
  virtual TokenRepository& tokens() = 0;
  virtual CooldownRepository& cooldowns() = 0;
  virtual SessionRepository& sessions() = 0;
  virtual ThrottleRepository& throttles() = 0;
  virtual OrderRepository& orders() = 0;
  virtual RefundRepository& refunds() = 0;
  virtual MessageRepository& messages() = 0;
  virtual EventRepository& events() = 0;
  virtual IdempotencyRepository& idempotency() = 0;
  virtual SettingRepository& settings() = 0;
  virtual ExpiryRepository& expiry() = 0;
};

class BatchedReads;

// Properties of a store by which a transport selects its number of threads.
struct StoreTraits {
  // Maximum number of concurrent Writes; further ones queue inside the store.
  int max_concurrent_writes = std::numeric_limits<int>::max();
  // True if a short Read never waits for another process, so that a transport may call Read on its own
  // threads.
  bool reads_inline = false;
  // True if no other process can use the store while this process has the store open, so that every lease
  // that exists when the store is opened belongs to a process that has ended.
  bool single_process = false;
  // Null if the store can't batch reads. Lives as long as the store.
  BatchedReads* batched_reads = nullptr;
};

class Store {
 public:
  using ReadWork = absl::FunctionRef<absl::Status(ReadTransaction&)>;
  using WriteWork = absl::FunctionRef<absl::Status(WriteTransaction&)>;

  virtual ~Store() = default;
  virtual absl::Status Read(Deadline deadline, ReadWork work) = 0;
  virtual absl::Status Write(Deadline deadline, WriteWork work) = 0;
  // Returns OK if the store can execute Read and Write; otherwise UNAVAILABLE (STORE_UNAVAILABLE) with the
  // cause. After a failure, Check probes whether the store works again. Blocks until `deadline` at most.
  virtual absl::Status Check(Deadline deadline) = 0;
  // Does not change during the store's lifetime. Does not block.
  virtual StoreTraits traits() = 0;
};

}  // namespace keelson
