#include "core/ledger/ledger_entry.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <set>

namespace keelson {
namespace {

using enum LedgerEntryType;

constexpr std::array kTypes = {kPayment, kRefundHold, kRefundRelease, kRefundPayout};

LedgerEntry EntryOf(LedgerEntryType type, std::int64_t amount) {
  LedgerEntry entry;
  entry.type = type;
  entry.amount = amount;
  entry.currency = *Currency::Parse("EUR");
  return entry;
}

TEST_CASE("each entry debits one account and credits another with the same amount") {
  REQUIRE(kBookings.size() == kTypes.size());
  for (const LedgerEntryType type : kTypes) {
    CAPTURE(LedgerEntryTypeName(type));
    REQUIRE(FindBooking(type) != nullptr);
    const auto [debit, credit] = PostingsOf(EntryOf(type, 750));
    CHECK(debit.amount == 750);
    CHECK(credit.amount == -750);
    CHECK(debit.account == FindBooking(type)->debit);
    CHECK(credit.account == FindBooking(type)->credit);
    CHECK(debit.account != credit.account);
  }
  CHECK(FindBooking(static_cast<LedgerEntryType>(0)) == nullptr);
  CHECK(FindBooking(static_cast<LedgerEntryType>(5)) == nullptr);
}

TEST_CASE("a payment, a rejected refund and a paid refund end with these balances") {
  std::map<LedgerAccount, std::int64_t> balances;
  for (const LedgerEntry& entry :
       {EntryOf(kPayment, 1000), EntryOf(kRefundHold, 300), EntryOf(kRefundRelease, 300),
        EntryOf(kRefundHold, 200), EntryOf(kRefundPayout, 200), EntryOf(kRefundHold, 50)}) {
    for (const Posting& posting : PostingsOf(entry)) balances[posting.account] += posting.amount;
  }
  CHECK(balances[LedgerAccount::kPaymentClearing] == 800);
  CHECK(balances[LedgerAccount::kCustomers] == -750);
  CHECK(balances[LedgerAccount::kRefundReserve] == -50);
}

TEST_CASE("the types of an account are those whose entries debit or credit the account") {
  using Types = std::vector<LedgerEntryType>;
  CHECK(TypesOfAccount(LedgerAccount::kCustomers) == Types{kPayment, kRefundHold, kRefundRelease});
  CHECK(TypesOfAccount(LedgerAccount::kRefundReserve) == Types{kRefundHold, kRefundRelease, kRefundPayout});
  CHECK(TypesOfAccount(LedgerAccount::kPaymentClearing) == Types{kPayment, kRefundPayout});
}

TEST_CASE("the totals of an order are the fold of its entries") {
  LedgerTotals totals;
  totals.Add(EntryOf(kPayment, 1000));
  CHECK(totals == LedgerTotals{1000, 0, 0});
  totals.Add(EntryOf(kRefundHold, 300));
  CHECK(totals == LedgerTotals{1000, 0, 300});
  totals.Add(EntryOf(kRefundPayout, 100));
  CHECK(totals == LedgerTotals{1000, 100, 200});
  totals.Add(EntryOf(kRefundRelease, 200));
  CHECK(totals == LedgerTotals{1000, 100, 0});
}

TEST_CASE("an invalid entry changes no total, and a sum stays within int64") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  LedgerTotals totals;
  totals.Add(EntryOf(static_cast<LedgerEntryType>(9), 5));
  totals.Add(EntryOf(kPayment, 0));
  totals.Add(EntryOf(kRefundRelease, std::numeric_limits<std::int64_t>::min()));
  CHECK(totals == LedgerTotals{});
  totals.Add(EntryOf(kPayment, kMost));
  totals.Add(EntryOf(kPayment, kMost));
  CHECK(totals.paid == kMost);
  for (int i = 0; i < 3; ++i) totals.Add(EntryOf(kRefundRelease, kMost));
  CHECK(totals.refund_pending == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("the id of an entry is a UUIDv7 with the time, the order's version and the end of the order's id") {
  Uuid order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(0xa0 + i);
  const absl::Time time = absl::FromUnixMillis(0x010203040506);
  CHECK(MakeLedgerEntryId(OrderId(order), 0x1234, time).uuid() ==
        Uuid{1, 2, 3, 4, 5, 6, 0x72, 0x34, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf});
  const LedgerEntryId id = MakeLedgerEntryId(OrderId(order), 2, time);
  CHECK(id.ToString().starts_with("entry_"));
  CHECK(LedgerEntryId::Parse(id.ToString()) == id);
}

TEST_CASE("the ids of the entries of one order are distinct, and increase with the version and the time") {
  const OrderId order(Uuid{1, 2, 3});
  const absl::Time time = absl::FromUnixSeconds(1'700'000'000);
  LedgerEntryId last;
  for (int millis = 0; millis < 3; ++millis) {
    for (std::int64_t version = 1; version < 300; ++version) {
      const LedgerEntryId id = MakeLedgerEntryId(order, version, time + absl::Milliseconds(millis));
      CHECK(last < id);
      last = id;
    }
  }
}

TEST_CASE("an entry that was made for an order without an id receives the order's id") {
  const OrderId order(Uuid{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  const absl::Time time = absl::FromUnixSeconds(1'700'000'000);
  LedgerEntry entry = EntryOf(kPayment, 5);
  entry.id = MakeLedgerEntryId(OrderId(), 7, time);
  AssignOrder(order, entry);
  CHECK(entry.order_id == order);
  CHECK(entry.id == MakeLedgerEntryId(order, 7, time));
}

}  // namespace
}  // namespace keelson
