#include "core/ledger/ledger_entry.h"

#include <algorithm>
#include <limits>

namespace keelson {
namespace {

std::int64_t SaturatedSum(std::int64_t sum, std::int64_t amount) {
  if (const std::optional<std::int64_t> exact = CheckedAdd(sum, amount)) return *exact;
  return amount > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

std::string_view LedgerEntryTypeName(LedgerEntryType type) {
  switch (type) {
    case LedgerEntryType::kPayment:
      return "PAYMENT";
    case LedgerEntryType::kRefundHold:
      return "REFUND_HOLD";
    case LedgerEntryType::kRefundRelease:
      return "REFUND_RELEASE";
    case LedgerEntryType::kRefundPayout:
      return "REFUND_PAYOUT";
  }
  return "UNKNOWN";
}

const Booking* FindBooking(LedgerEntryType type) {
  const auto* found = std::find_if(kBookings.begin(), kBookings.end(),
                                   [&](const Booking& booking) { return booking.type == type; });
  return found == kBookings.end() ? nullptr : found;
}

std::vector<LedgerEntryType> TypesOfAccount(LedgerAccount account) {
  std::vector<LedgerEntryType> types;
  for (const Booking& booking : kBookings) {
    if (booking.debit == account || booking.credit == account) types.push_back(booking.type);
  }
  return types;
}

LedgerEntryId MakeLedgerEntryId(OrderId order_id, std::int64_t version, absl::Time create_time) {
  constexpr std::size_t kTimeBytes = 6;
  constexpr std::uint8_t kUuidVersion = 0x70;
  Uuid uuid = order_id.uuid();
  const auto millis = static_cast<std::uint64_t>(absl::ToUnixMillis(create_time));
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    uuid[i] = static_cast<std::uint8_t>(millis >> (8 * (kTimeBytes - 1 - i)));
  }
  const auto number = static_cast<std::uint64_t>(version);
  uuid[kTimeBytes] = static_cast<std::uint8_t>(kUuidVersion | (number >> 8 & 0x0f));
  uuid[kTimeBytes + 1] = static_cast<std::uint8_t>(number);
  return LedgerEntryId(uuid);
}

void AssignOrder(OrderId order_id, LedgerEntry& entry) {
  Uuid uuid = entry.id.uuid();
  constexpr std::size_t kTail = 8;
  std::copy(order_id.uuid().begin() + kTail, order_id.uuid().end(), uuid.begin() + kTail);
  entry.id = LedgerEntryId(uuid);
  entry.order_id = order_id;
}

std::array<Posting, 2> PostingsOf(const LedgerEntry& entry) {
  const Booking& booking = *FindBooking(entry.type);
  return {Posting{booking.debit, entry.amount}, Posting{booking.credit, -entry.amount}};
}

void LedgerTotals::Add(const LedgerEntry& entry) {
  if (entry.amount < 1) return;
  switch (entry.type) {
    case LedgerEntryType::kPayment:
      paid = SaturatedSum(paid, entry.amount);
      return;
    case LedgerEntryType::kRefundHold:
      refund_pending = SaturatedSum(refund_pending, entry.amount);
      return;
    case LedgerEntryType::kRefundPayout:
      refunded = SaturatedSum(refunded, entry.amount);
      [[fallthrough]];
    case LedgerEntryType::kRefundRelease:
      refund_pending = SaturatedSum(refund_pending, -entry.amount);
      return;
  }
}

}  // namespace keelson
