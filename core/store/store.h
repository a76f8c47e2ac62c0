// The store: one unit of work, and the repositories that are reached through it.
//
// This is the specification for whoever writes an adapter; tests/contract holds it to the letter.
//
//   absl::Status status = store.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
//     absl::StatusOr<std::optional<Order>> order = tx.orders().Find(id);
//     …
//     return tx.orders().Update(*order);
//   });
//
// Write and Read take a closure that touches nothing but its transaction.
//  - Atomic: where the closure returns an error, or the store fails, nothing it did is seen by anyone.
//  - Isolated: as if it ran alone. What a write transaction has found does not change until it ends.
//  - Durable: what Write answered OK outlives the process and the machine's power (but in memory).
//  - Read your writes: a Read that begins after a Write returned sees it, within one process.
//  - It may run more than once (a conflict, a lost connection): an effect on the outside, such as an
//    assignment to a captured variable, must be the same whichever run is the last.
// An error that the closure returns is returned as it is. The store's own:
//  - UNAVAILABLE (STORE_UNAVAILABLE): the store can't be reached, is full, locked or read-only. Nothing
//    changed, or, where the connection was lost during the commit, it is not known.
//  - RESOURCE_EXHAUSTED (OVERLOADED): too many wait already. Nothing changed.
//  - DEADLINE_EXCEEDED: the deadline passed before the closure began. Nothing changed.
//  - ABORTED (CONTENTION): conflicts went on until the deadline. Nothing changed.
//  - INTERNAL: the store holds what it must not, or a repository was misused.
// A repository's errors should be returned by the closure; after one, the transaction can't be committed. A
// remote store may carry out a change when it is next asked something, or when it commits, and has its error
// then.
//
// Each repository is declared beside its entity. Each List gives at most `limit` rows that match its filter,
// newest first, of those after the position `before` in that order (the first where it is not set). A page
// must cost what the first costs, however far in, whatever the filter; only a prefix may cost more, yet
// neither a look at every user for a rare one nor a sort of all who match a common one. Times are whole
// microseconds; created_from is inclusive, created_before exclusive.
//
// Thread-safe; any number of calls at once, each blocking its caller. A transaction and its repositories are
// for the closure's thread alone and die with it. Closures don't nest.
#pragma once

#include <functional>
#include <limits>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/common/deadline.h"

namespace keelson {

class UserReader;
class UserRepository;
class TokenRepository;
class CooldownRepository;
class OrderReader;
class OrderRepository;
class RefundReader;
class RefundRepository;
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
  virtual OrderReader& orders() = 0;
  virtual RefundReader& refunds() = 0;
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
  virtual OrderRepository& orders() = 0;
  virtual RefundRepository& refunds() = 0;
  virtual MessageRepository& messages() = 0;
  virtual EventRepository& events() = 0;
  virtual IdempotencyRepository& idempotency() = 0;
  virtual SettingRepository& settings() = 0;
  virtual ExpiryRepository& expiry() = 0;
};

// A call that reads a row or so, at once with others.
struct ReadCall {
  // Its Read's.
  Deadline deadline;
  // Throws nothing.
  std::function<void()> run;
};

class Store {
 public:
  using ReadWork = absl::FunctionRef<absl::Status(ReadTransaction&)>;
  using WriteWork = absl::FunctionRef<absl::Status(WriteTransaction&)>;

  virtual ~Store() = default;
  virtual absl::Status Read(Deadline deadline, ReadWork work) = 0;
  virtual absl::Status Write(Deadline deadline, WriteWork work) = 0;

  // Runs calls that Read, all on this thread, so that a remote store may be asked for everything in one go. A
  // call may run more than once, and must then do the same: before the last run, which alone counts, its Read
  // fails. It must not Write. Returns when each has run to its end; they don't wait for the slowest of them
  // much past their deadlines.
  virtual void ReadTogether(std::span<const ReadCall> calls) {
    for (const ReadCall& call : calls) call.run();
  }

  // OK while the store can serve both; else UNAVAILABLE (STORE_UNAVAILABLE) saying what is wrong. After a
  // failure it tries whether the cause has passed.
  virtual absl::Status Check(Deadline deadline) = 0;
  // How many Writes come on at once: a transport that runs more has them wait for each other.
  virtual int concurrent_writes() const { return std::numeric_limits<int>::max(); }
  // Whether a short Read never waits for another party, so that a transport may call it on its own threads.
  virtual bool reads_inline() const = 0;
};

}  // namespace keelson
