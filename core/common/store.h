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
// Thread-safe; any number of calls at once, each blocking its caller. A transaction and its repositories are
// for the closure's thread alone and die with it. Closures don't nest.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/deadline.h"
#include "core/common/id.h"
#include "core/common/idempotency.h"
#include "core/common/list_position.h"
#include "core/events/event.h"
#include "core/notifications/message.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"

namespace keelson {

template <typename T>
using Found = absl::StatusOr<std::optional<T>>;

// What a repository finds one by one: those that are there, each once.
template <typename Entity, typename Repository, typename Id>
absl::StatusOr<std::vector<Entity>> FindEach(Repository& repository, std::span<const Id> ids) {
  std::vector<Entity> entities;
  for (const Id& id : std::set<Id>(ids.begin(), ids.end())) {
    Found<Entity> found = repository.Find(id);
    if (!found.ok()) return found.status();
    if (*found) entities.push_back(**std::move(found));
  }
  return entities;
}

// Each List gives at most `limit` rows that match its filter, newest first, of those after the position
// `before` in that order (the first where it is not set). A page must cost what the first costs, however far
// in, whatever the filter; only a prefix may cost more, yet neither a look at every user for a rare one nor a
// sort of all who match a common one. Times are whole microseconds; created_from is inclusive, created_before
// exclusive.

struct UserFilter {
  // Empty: every state.
  std::vector<UserState> states;
  // Of the canonical key; empty: every address. Erased accounts hold no address and match no prefix.
  std::string email_prefix;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

class UserReader {
 public:
  virtual ~UserReader() = default;
  virtual Found<User> Find(UserId id) = 0;
  // The account that holds the address with this canonical key; erased ones hold none.
  virtual Found<User> FindByEmailKey(std::string_view email_key) = 0;
  // Those that are there, each once, in no particular order.
  virtual absl::StatusOr<std::vector<User>> FindMany(std::span<const UserId> ids) = 0;
  virtual absl::StatusOr<std::vector<User>> List(const UserFilter& filter, std::optional<ListPosition> before,
                                                 int limit) = 0;
};

class UserRepository : public UserReader {
 public:
  // As Find, but the user may be changed by others before the transaction ends: for what only tells them of
  // something, and must not make them wait. FindMany finds them so, too.
  virtual Found<User> FindUnlocked(UserId id) = 0;
  // ALREADY_EXISTS (EMAIL_TAKEN) where an account holds the address.
  virtual absl::Status Insert(const User& user, std::string_view password_hash) = 0;
  virtual absl::Status Update(const User& user) = 0;
};

// A token that was sent by e-mail, by its digest: the token itself is nowhere.
struct EmailToken {
  Sha256Digest digest{};
  UserId user_id;
  TokenPurpose purpose = TokenPurpose::kVerifyEmail;
  // The address that it proves.
  std::string email_key;
  absl::Time expire_time;

  bool operator==(const EmailToken&) const = default;
};

class TokenRepository {
 public:
  virtual ~TokenRepository() = default;
  virtual Found<EmailToken> Find(const Sha256Digest& digest) = 0;
  // In the place of the user's older token of this purpose, if there is one.
  virtual absl::Status Put(const EmailToken& token) = 0;
};

class CooldownRepository {
 public:
  virtual ~CooldownRepository() = default;
  // True, and `key` cools until `until`, unless it still cools at `now`. Writes in both cases, so that the
  // time a commit takes does not tell them apart.
  virtual absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) = 0;
};

struct OrderFilter {
  std::optional<UserId> user_id;
  // Empty: every state.
  std::vector<OrderState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

class OrderReader {
 public:
  virtual ~OrderReader() = default;
  virtual Found<Order> Find(OrderId id) = 0;
  virtual Found<Order> FindByReference(std::string_view reference) = 0;
  virtual absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter,
                                                  std::optional<ListPosition> before, int limit) = 0;
};

class OrderRepository : public OrderReader {
 public:
  // As Find, all in one question to a remote store: those that are there, each once, in no particular order.
  virtual absl::StatusOr<std::vector<Order>> FindMany(std::span<const OrderId> ids) {
    return FindEach<Order>(*this, ids);
  }
  // ALREADY_EXISTS (REFERENCE_TAKEN) where another order has its reference.
  virtual absl::Status Insert(const Order& order) = 0;
  virtual absl::Status Update(const Order& order) = 0;
};

struct RefundFilter {
  std::optional<OrderId> order_id;
  std::optional<UserId> user_id;
  // Empty: every state.
  std::vector<RefundState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

class RefundReader {
 public:
  virtual ~RefundReader() = default;
  virtual Found<Refund> Find(RefundId id) = 0;
  virtual absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter,
                                                   std::optional<ListPosition> before, int limit) = 0;
  // At most `limit` whose due time has come, the longest due first.
  virtual absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) = 0;
};

class RefundRepository : public RefundReader {
 public:
  // As OrderRepository's.
  virtual absl::StatusOr<std::vector<Refund>> FindMany(std::span<const RefundId> ids) {
    return FindEach<Refund>(*this, ids);
  }
  virtual absl::Status Insert(const Refund& refund) = 0;
  virtual absl::Status Update(const Refund& refund) = 0;
};

struct MessageFilter {
  // Empty: every state.
  std::vector<MessageState> states;
  std::optional<UserId> user_id;
  // The canonical key of the address; empty: every address.
  std::string to_key;
  std::optional<absl::Time> created_from = {};
  std::optional<absl::Time> created_before = {};
};

class MessageReader {
 public:
  virtual ~MessageReader() = default;
  virtual Found<Message> Find(MessageId id) = 0;
  virtual absl::StatusOr<std::vector<Message>> List(const MessageFilter& filter,
                                                    std::optional<ListPosition> before, int limit) = 0;
  // Whether a queued message, or a sending one whose lease has run out, is due.
  virtual absl::StatusOr<bool> AnyDue(absl::Time now) = 0;
};

class MessageRepository : public MessageReader {
 public:
  virtual absl::Status Insert(const Message& message) = 0;
  // Takes at most `limit` due messages, the longest due first: each is then sending, leased until
  // `lease_until`, its attempts and its epoch one higher. Nobody else gets them until then.
  virtual absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) = 0;
  // Writes how claimed messages stand, their outcomes or, while they are sending, a longer lease. For each,
  // in their order: false, and it is not written, where the lease was lost: it is not sending any more, or
  // under another epoch.
  virtual absl::StatusOr<std::vector<bool>> Save(std::span<const Message> messages) = 0;
  // Writes what is to become of a message that nobody has claimed, found in this transaction.
  virtual absl::Status Update(const Message& message) = 0;
  // Cancels the user's queued messages of this template, because a newer one takes their place.
  virtual absl::Status Supersede(UserId user_id, std::string_view template_name, absl::Time now) = 0;
};

class EventReader {
 public:
  virtual ~EventReader() = default;
  // At most `limit` committed events with a greater sequence, in order.
  virtual absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) = 0;
  // The committed event with the greatest sequence.
  virtual Found<Event> FindLast() = 0;
};

class EventRepository {
 public:
  virtual ~EventRepository() = default;
  // The store numbers events from 1 without gaps, in commit order, and chains them (ChainedHash).
  virtual absl::Status Append(const Event& event) = 0;
};

class IdempotencyReader {
 public:
  virtual ~IdempotencyReader() = default;
  virtual Found<IdempotencyRecord> Find(const Fingerprint& key) = 0;
};

class IdempotencyRepository : public IdempotencyReader {
 public:
  virtual absl::Status Insert(const IdempotencyRecord& record) = 0;
};

// Small values that the service keeps for itself, such as the key of its page tokens.
class SettingRepository {
 public:
  virtual ~SettingRepository() = default;
  virtual Found<std::string> Find(std::string_view name) = 0;
  virtual absl::Status Insert(std::string_view name, std::string_view value) = 0;
};

struct ExpiryBounds {
  // Tokens and cooldowns that have run out by then,
  absl::Time now;
  // answers from before this time,
  absl::Time answers_before;
  // and messages that were sent, given up or cancelled before this one.
  absl::Time messages_before;
};

class ExpiryRepository {
 public:
  virtual ~ExpiryRepository() = default;
  // Deletes what has run out, at most `limit` rows of each kind; true where more may be left.
  virtual absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) = 0;
};

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
