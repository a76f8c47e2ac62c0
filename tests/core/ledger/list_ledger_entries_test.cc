#include "core/ledger/list_ledger_entries.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/sha256.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

struct LedgerListing {
  absl::StatusOr<LedgerPage> Page() {
    return ListLedgerEntries(world.store, tokens).Handle(world.context, query);
  }
  // The entries of all pages.
  std::vector<LedgerEntry> All() {
    std::vector<LedgerEntry> entries;
    query.page_token.clear();
    do {
      LedgerPage page = Must(Page());
      entries.insert(entries.end(), page.entries.begin(), page.entries.end());
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return entries;
  }
  // The number of entries of the query that `change` makes of an empty query.
  template <typename Change>
  std::size_t Count(const Change& change) {
    query = {};
    change(query);
    return All().size();
  }

  World world;
  PageTokens tokens{Sha256("key")};
  ListLedgerEntriesQuery query;
};

TEST_CASE("ledger entries are listed newest first, in pages of any size") {
  LedgerListing list;
  const Order first = list.world.Delivered();
  list.world.clock.Advance(absl::Seconds(1));
  const Order second = list.world.Delivered();
  list.world.clock.Advance(absl::Seconds(1));
  Must(list.world.Refunded(first, AmountOf(100)).status());
  list.world.Settle();
  const std::vector<LedgerEntry> all = list.All();
  REQUIRE(all.size() == 4);
  CHECK(all[0].type == LedgerEntryType::kRefundPayout);
  CHECK(all[1].type == LedgerEntryType::kRefundHold);
  CHECK(all[2].order_id == second->id);
  CHECK(all[3].order_id == first->id);
  for (const std::int32_t size : {1, 2, 3, 4, 5}) {
    list.query.page_size = size;
    CHECK(list.All() == all);
  }
}

TEST_CASE("a list of ledger entries applies the filters by order, refund, account, provider and time") {
  LedgerListing list;
  World& world = list.world;
  const Order order = world.Delivered();
  world.Delivered();
  world.clock.Advance(absl::Hours(1));
  const absl::Time later = world.clock.Now();
  const Refund refund = Must(world.Refunded(order, AmountOf(100)));
  Must(world.Refunded(order, AmountOf(200)).status());
  world.Settle();
  const std::string order_id = order->id.ToString();
  const std::string refund_id = refund->id.ToString();
  const std::string other_id = world.Pending()->id.ToString();
  CHECK(list.Count([](auto&) {}) == 6);
  CHECK(list.Count([&](auto& q) { q.order_id = order_id; }) == 5);
  CHECK(list.Count([&](auto& q) { q.refund_id = refund_id; }) == 2);
  CHECK(list.Count([&](auto& q) { q.order_id = other_id, q.refund_id = refund_id; }) == 0);
  CHECK(list.Count([](auto& q) { q.account = LedgerAccount::kCustomers; }) == 4);
  CHECK(list.Count([](auto& q) { q.account = LedgerAccount::kRefundReserve; }) == 4);
  CHECK(list.Count([](auto& q) { q.account = LedgerAccount::kPaymentClearing; }) == 4);
  CHECK(list.Count([&](auto& q) {
    q.order_id = order_id;
    q.account = LedgerAccount::kPaymentClearing;
  }) == 3);
  CHECK(list.Count([&](auto& q) { q.payment_provider = order->payment_provider; }) == 6);
  CHECK(list.Count([](auto& q) { q.payment_provider = "another"; }) == 0);
  CHECK(list.Count([&](auto& q) { q.created_from = later; }) == 4);
  CHECK(list.Count([&](auto& q) { q.created_before = later; }) == 2);
  // Bounds are rounded up to microseconds.
  CHECK(list.Count([&](auto& q) { q.created_from = later + absl::Nanoseconds(1); }) == 0);
}

TEST_CASE("ListLedgerEntries reports every invalid field") {
  LedgerListing list;
  list.query.page_size = -1;
  list.query.order_id = "order_1";
  list.query.refund_id = list.world.Pending()->id.ToString();
  list.query.payment_provider = "two\nlines";
  CHECK(BadFields(list.Page()) ==
        std::vector<std::string>{"page_size", "order_id", "refund_id", "payment_provider"});
}

TEST_CASE("a page token of a list of ledger entries is bound to the filters") {
  LedgerListing list;
  list.world.Delivered();
  list.world.Delivered();
  list.query.page_size = 1;
  list.query.page_token = Must(list.Page()).next_page_token;
  REQUIRE_FALSE(list.query.page_token.empty());
  CHECK(Must(list.Page()).entries.size() == 1);
  list.query.account = LedgerAccount::kCustomers;
  CHECK(ReasonOf(list.Page()) == "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace keelson
