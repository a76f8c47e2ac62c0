// The rows of a store as plain values, for copying and verifying stores.
//
// The key of a row is a byte string. Every store returns the rows of a kind in the byte order of their keys.
// kFields lists the fields of a row (core/common/fields.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/accounts/user_repository.h"
#include "core/common/fields.h"
#include "core/events/event.h"
#include "core/ledger/ledger_entry.h"
#include "core/notifications/message.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/sessions/session.h"
#include "core/sessions/session_repository.h"
#include "core/store/idempotency.h"

namespace keelson {

struct UserRow {
  UserFields fields;
  // nullopt if the store has no password hash for the user.
  std::optional<std::string> password_hash = {};

  bool operator==(const UserRow&) const = default;
};

struct Cooldown {
  Fingerprint key{};
  absl::Time until;

  bool operator==(const Cooldown&) const = default;
};

template <>
inline constexpr auto kFields<Cooldown> = std::tuple{
    Immutable("key", &Cooldown::key),
    Immutable("until_time", &Cooldown::until),
};

struct Setting {
  std::string name;
  std::string value;

  bool operator==(const Setting&) const = default;
};

template <>
inline constexpr auto kFields<Setting> = std::tuple{
    Immutable("name", &Setting::name),
    Immutable("value", &Setting::value, TextFormat::kBytes),
};

// Rows of one kind. A kind comes after the kinds that its rows refer to, so that inserting the kinds in this
// order never violates a foreign key. A new kind is appended, because the checkpoint of a transfer contains
// the number of a kind.
using RowBatch = std::variant<std::vector<UserRow>, std::vector<SessionFields>, std::vector<EmailToken>,
                              std::vector<Cooldown>, std::vector<Throttle>, std::vector<OrderFields>,
                              std::vector<RefundFields>, std::vector<Message>, std::vector<Event>,
                              std::vector<IdempotencyRecord>, std::vector<Setting>, std::vector<LedgerEntry>>;

// The alternatives of RowBatch, in the same order.
enum class RowKind {
  kUsers,
  kSessions,
  kEmailTokens,
  kCooldowns,
  kThrottles,
  kOrders,
  kRefunds,
  kMessages,
  kEvents,
  kIdempotency,
  kSettings,
  kLedgerEntries,
};
inline constexpr int kRowKinds = static_cast<int>(std::variant_size_v<RowBatch>);
inline constexpr std::array<RowKind, kRowKinds> kAllRowKinds = [] {
  std::array<RowKind, kRowKinds> kinds{};
  for (int i = 0; i < kRowKinds; ++i) kinds[static_cast<std::size_t>(i)] = static_cast<RowKind>(i);
  return kinds;
}();

namespace internal {

template <typename Row, int kind = 0>
constexpr RowKind KindOfRow() {
  if constexpr (std::is_same_v<std::vector<Row>, std::variant_alternative_t<kind, RowBatch>>) {
    return static_cast<RowKind>(kind);
  } else {
    return KindOfRow<Row, kind + 1>();
  }
}

}  // namespace internal

template <typename Row>
inline constexpr RowKind kKindOf = internal::KindOfRow<Row>();

inline RowKind KindOf(const RowBatch& rows) {
  return static_cast<RowKind>(rows.index());
}
// Name of the table, such as "users" or "email_tokens".
std::string_view TableName(RowKind kind);
std::size_t CountOf(const RowBatch& rows);
// The key of the last row. `rows` must not be empty.
std::string LastKey(const RowBatch& rows);

// Calls `work` with an empty vector of the kind's row type, to select a type at run time.
template <int number = 0, typename Work>
auto WithRowsOf(RowKind kind, const Work& work) {
  if constexpr (number + 1 < kRowKinds) {
    if (static_cast<int>(kind) != number) return WithRowsOf<number + 1>(kind, work);
  }
  return work(std::variant_alternative_t<number, RowBatch>());
}

// The key of a row: the bytes of its id or fingerprint. Tokens: user id and purpose. Refunds: order id and
// refund id. Ledger entries: order id and entry id. Events: sequence number. Settings: name.
std::string KeyOf(const UserRow& row);
std::string KeyOf(const SessionFields& row);
std::string KeyOf(const EmailToken& row);
std::string KeyOf(const Cooldown& row);
std::string KeyOf(const Throttle& row);
std::string KeyOf(const OrderFields& row);
std::string KeyOf(const RefundFields& row);
std::string KeyOf(const Message& row);
std::string KeyOf(const Event& row);
std::string KeyOf(const IdempotencyRecord& row);
std::string KeyOf(const Setting& row);
std::string KeyOf(const LedgerEntry& row);

// Return the id or number that begins at byte `offset` of a key. For an empty key, which sorts before every
// other key, they return the minimum.
Uuid UuidInKey(std::string_view key, std::size_t offset = 0);
std::int64_t NumberInKey(std::string_view key, std::size_t offset = 0);

// The key in readable form: "user_01…", "7", "page_token_key", or hexadecimal digits.
std::string NameOf(const UserRow& row);
std::string NameOf(const SessionFields& row);
std::string NameOf(const EmailToken& row);
std::string NameOf(const Cooldown& row);
std::string NameOf(const Throttle& row);
std::string NameOf(const OrderFields& row);
std::string NameOf(const RefundFields& row);
std::string NameOf(const Message& row);
std::string NameOf(const Event& row);
std::string NameOf(const IdempotencyRecord& row);
std::string NameOf(const Setting& row);
std::string NameOf(const LedgerEntry& row);

template <typename Visitor>
void VisitFields(Visitor& a, UserRow& r) {
  a(r.fields), a(r.password_hash);
}

}  // namespace keelson
