// The ledger: double-entry bookkeeping of the payments and refunds of orders.
//
// An entry moves one amount from the account that it credits to the account that it debits, and its type
// names both accounts (kBookings). An entry is one row with one amount and one currency, so that every entry
// balances, and the balances of all accounts add up to zero for each currency. Entries never change and are
// never deleted. They contain no personal data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/common/money.h"

namespace keelson {

// The numbers are those of the public contract, so they must not change.
enum class LedgerAccount {
  // What was paid for orders and is neither refunded nor reserved for a refund. A liability: negative.
  kCustomers = 1,
  // What refunds have reserved. A liability: negative.
  kRefundReserve = 2,
  // What one payment provider has received, minus what it has refunded. An asset: positive.
  kPaymentClearing = 3,
};
inline constexpr std::array kLedgerAccounts = {LedgerAccount::kCustomers, LedgerAccount::kRefundReserve,
                                               LedgerAccount::kPaymentClearing};

// The store contains these numbers, so they must not change.
enum class LedgerEntryType {
  kPayment = 1,
  kRefundHold = 2,
  kRefundRelease = 3,
  kRefundPayout = 4,
};
std::string_view LedgerEntryTypeName(LedgerEntryType type);

// The accounts of the entries of one type.
struct Booking {
  LedgerEntryType type;
  LedgerAccount debit;
  LedgerAccount credit;
};
inline constexpr std::array kBookings = {
    Booking{LedgerEntryType::kPayment, LedgerAccount::kPaymentClearing, LedgerAccount::kCustomers},
    Booking{LedgerEntryType::kRefundHold, LedgerAccount::kCustomers, LedgerAccount::kRefundReserve},
    Booking{LedgerEntryType::kRefundRelease, LedgerAccount::kRefundReserve, LedgerAccount::kCustomers},
    Booking{LedgerEntryType::kRefundPayout, LedgerAccount::kRefundReserve, LedgerAccount::kPaymentClearing},
};
// Returns null for a number that is no type.
const Booking* FindBooking(LedgerEntryType type);
// The types of the entries that debit or credit the account.
std::vector<LedgerEntryType> TypesOfAccount(LedgerAccount account);

struct LedgerEntry {
  LedgerEntryId id;
  OrderId order_id;
  // nullopt: the entry belongs to no refund.
  std::optional<RefundId> refund_id;
  LedgerEntryType type = LedgerEntryType::kPayment;
  // The provider of the payment that the entry records or refunds.
  std::string payment_provider;
  Currency currency;
  // At least 1, in minor units of the currency.
  std::int64_t amount = 0;
  // When the order was paid, or the refund reserved, released or paid out its amount. Imports record the
  // times of the other system.
  absl::Time create_time;

  bool operator==(const LedgerEntry&) const = default;
};

template <>
inline constexpr auto kFields<LedgerEntry> = std::tuple{
    Immutable("id", &LedgerEntry::id),
    Immutable("order_id", &LedgerEntry::order_id),
    Immutable("refund_id", &LedgerEntry::refund_id),
    Immutable("type", &LedgerEntry::type),
    Immutable("payment_provider", &LedgerEntry::payment_provider),
    Immutable("currency", &LedgerEntry::currency),
    Immutable("amount", &LedgerEntry::amount),
    Immutable("create_time", &LedgerEntry::create_time),
};

inline ListPosition PositionOf(const LedgerEntry& entry) {
  return {entry.create_time, entry.id.uuid()};
}

// Returns the id of the entry that belongs to version `version` of the order: a UUIDv7 with the time of the
// entry and the last 8 bytes of the order's id. Entries of one order and one time are sorted by the version.
LedgerEntryId MakeLedgerEntryId(OrderId order_id, std::int64_t version, absl::Time create_time);

// Sets the order of an entry that was made for an order without an id.
void AssignOrder(OrderId order_id, LedgerEntry& entry);

// One side of an entry. A debit is positive, a credit negative.
struct Posting {
  LedgerAccount account;
  std::int64_t amount;
};
// Returns the debit and the credit of an entry, whose type must be one of kBookings.
std::array<Posting, 2> PostingsOf(const LedgerEntry& entry);

// The totals of an order as its entries state them. A sum that exceeds the range of int64 stays at its limit.
struct LedgerTotals {
  std::int64_t paid = 0;
  std::int64_t refunded = 0;
  std::int64_t refund_pending = 0;

  // An entry with an unknown type or an amount below 1 changes nothing.
  void Add(const LedgerEntry& entry);
  bool operator==(const LedgerTotals&) const = default;
};

}  // namespace keelson
