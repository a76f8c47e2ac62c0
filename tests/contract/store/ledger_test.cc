#include <algorithm>
#include <random>

#include "core/common/strings.h"
#include "core/ledger/ledger_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

using Entries = std::vector<LedgerEntry>;

// Returns all entries of the filter, read in pages of `limit`.
Entries ListAllEntries(Store& store, const LedgerFilter& filter, int limit = 100) {
  Entries entries;
  std::optional<ListPosition> before;
  while (true) {
    const Entries page =
        Get(store, [&](ReadTransaction& tx) { return tx.ledger().List(filter, before, limit); });
    entries.insert(entries.end(), page.begin(), page.end());
    if (std::ssize(page) < limit) return entries;
    before = PositionOf(page.back());
  }
}

Entries NewestFirst(Entries entries) {
  std::sort(entries.begin(), entries.end(), [](const LedgerEntry& one, const LedgerEntry& other) {
    return PositionOf(one) > PositionOf(other);
  });
  return entries;
}

STORE_TEST("Insert and Update store the ledger entries of an order, each entry once") {
  Store& store = fixture.store();
  Order order = SamplePendingOrder(StoredUser(store)->id);
  REQUIRE_OK(order.Pay("stripe", "ch_1", order->total, kT0 + absl::Seconds(1)));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  const Refund refund = SampleRefund(order);
  order.HoldRefund(refund.source(), refund.portion(), kT0 + absl::Seconds(2));
  const Order held = order;
  order.SettleRefund(refund.source(), refund.portion(), kT0 + absl::Seconds(3));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = tx.orders().Update(held);
    status.Update(tx.refunds().Insert(refund));
    status.Update(tx.orders().Update(order));
    return status;
  }));
  REQUIRE(order.entries().size() == 3);
  CHECK(ListAllEntries(store, {}) == NewestFirst(order.entries()));

  // A stored order is read without entries: its next change adds that change's entry only.
  const auto load = [&] {
    return *Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  };
  Order loaded = load();
  CHECK(loaded.entries().empty());
  const Refund second = SampleRefund(order);
  loaded.HoldRefund(second.source(), second.portion(), kT0 + absl::Seconds(4));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(loaded); }));
  const Entries entries = ListAllEntries(store, {});
  REQUIRE(entries.size() == 4);
  CHECK(entries[0] == loaded.entries().at(0));
  CHECK(entries[0].refund_id == second->id);
}

STORE_TEST("a transaction that fails stores no ledger entry") {
  Store& store = fixture.store();
  Order order = SamplePendingOrder(StoredUser(store)->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  REQUIRE_OK(order.Pay("stripe", "ch_1", order->total, kT0));
  CHECK(absl::IsAborted(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.orders().Update(order);
    status.Update(absl::AbortedError("no"));
    return status;
  })));
  CHECK(ListAllEntries(store, {}).empty());
}

// Orders with payments of several providers at few times, and refunds that are held, released or paid out.
struct RandomLedger {
  RandomLedger(Store& store, std::uint32_t seed) : random(seed) {
    const UserId user_id = StoredUser(store)->id;
    for (int i = 0; i < 12; ++i) AddOrder(store, user_id);
  }

  std::uint32_t Below(std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); }
  absl::Time Later(absl::Time time) { return time + absl::Seconds(Below(4)); }

  void AddOrder(Store& store, UserId user_id) {
    const char* const providers[] = {"recorded", "stripe", "stripe-eu"};
    Order order = SamplePendingOrder(user_id);
    absl::Time time = Later(kT0);
    REQUIRE_OK(order.Pay(providers[Below(3)], "p-1", order->total, time));
    std::vector<Refund> added;
    for (std::uint32_t n = Below(3); n > 0; --n) {
      const Refund refund = added.emplace_back(SampleRefund(order));
      order.HoldRefund(refund.source(), refund.portion(), time = Later(time));
      const std::uint32_t end = Below(3);
      if (end == 0) order.SettleRefund(refund.source(), refund.portion(), time = Later(time));
      if (end == 1) order.ReleaseRefund(refund.source(), refund.portion(), time = Later(time));
    }
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
      absl::Status status = tx.orders().Insert(order);
      for (const Refund& refund : added) status.Update(tx.refunds().Insert(refund));
      return status;
    }));
    all.insert(all.end(), order.entries().begin(), order.entries().end());
    orders.push_back(order->id);
    for (const Refund& refund : added) refunds.push_back(refund->id);
  }

  Entries Expected(const LedgerFilter& filter) const {
    Entries expected;
    std::copy_if(all.begin(), all.end(), std::back_inserter(expected), [&](const LedgerEntry& e) {
      return (!filter.order_id || e.order_id == *filter.order_id) &&
             (!filter.refund_id || e.refund_id == *filter.refund_id) &&
             (filter.types.empty() || std::count(filter.types.begin(), filter.types.end(), e.type) > 0) &&
             (filter.payment_provider.empty() || e.payment_provider == filter.payment_provider) &&
             (!filter.created_from || e.create_time >= *filter.created_from) &&
             (!filter.created_before || e.create_time < *filter.created_before);
    });
    return NewestFirst(std::move(expected));
  }

  std::mt19937 random;
  Entries all;
  std::vector<OrderId> orders;
  std::vector<RefundId> refunds;
};

STORE_TEST("a list of ledger entries applies every combination of filters, in pages of any size") {
  const Seed seed(31);
  RandomLedger ledger(fixture.store(), seed.value());
  std::vector<LedgerFilter> filters(1);
  const auto combine = [&](const auto& change) {
    for (std::size_t i = filters.size(); i-- > 0;) {
      filters.push_back(filters[i]);
      change(filters.back());
    }
  };
  combine([&](LedgerFilter& f) { f.order_id = ledger.orders[3]; });
  if (!ledger.refunds.empty()) combine([&](LedgerFilter& f) { f.refund_id = ledger.refunds[0]; });
  combine([](LedgerFilter& f) { f.types = TypesOfAccount(LedgerAccount::kPaymentClearing); });
  combine([](LedgerFilter& f) { f.payment_provider = "stripe"; });
  combine([](LedgerFilter& f) { f.created_from = kT0 + absl::Seconds(2); });
  combine([](LedgerFilter& f) { f.created_before = kT0 + absl::Seconds(4); });
  for (const LedgerFilter& filter : filters) {
    const Entries expected = ledger.Expected(filter);
    for (const int limit : {1, 3, 100}) {
      INFO("order " << filter.order_id.has_value() << ", refund " << filter.refund_id.has_value()
                    << ", types " << filter.types.size() << ", provider " << filter.payment_provider
                    << ", limit " << limit);
      CHECK(ListAllEntries(fixture.store(), filter, limit) == expected);
    }
  }
  LedgerFilter unknown;
  unknown.payment_provider = "unknown";
  CHECK(ListAllEntries(fixture.store(), unknown).empty());
  unknown = {};
  unknown.refund_id = RefundId(NextSampleUuid());
  CHECK(ListAllEntries(fixture.store(), unknown).empty());
}

STORE_TEST("a list of ledger entries with a limit of zero or less is empty") {
  RandomLedger ledger(fixture.store(), 1);
  for (const int limit : {0, -1}) {
    CHECK(Get(fixture.store(), [&](ReadTransaction& tx) { return tx.ledger().List({}, {}, limit); }).empty());
  }
}

}  // namespace
}  // namespace keelson
