// Tests that every change of an order's totals has its ledger entry, in the transaction of the change.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/refunds/import_orders.h"
#include "core/refunds/refund_repository.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

using enum LedgerEntryType;

// The types and amounts of entries, such as "PAYMENT 3500, REFUND_HOLD 100".
std::string TextOfEntries(const std::vector<LedgerEntry>& entries) {
  std::string text;
  for (const LedgerEntry& entry : entries) {
    text += StrCat(text.empty() ? "" : ", ", LedgerEntryTypeName(entry.type), " ", entry.amount);
  }
  return text;
}

std::string LedgerText(World& world, OrderId id) {
  return TextOfEntries(world.LedgerOf(id));
}

TEST_CASE("an order has no entry until it is paid") {
  World world;
  const Order order = world.Pending();
  CHECK(world.LedgerOf(order->id).empty());
  const Order paid = Must(world.Pay(order));
  const std::vector<LedgerEntry> entries = world.LedgerOf(order->id);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].type == kPayment);
  CHECK(entries[0].order_id == order->id);
  CHECK_FALSE(entries[0].refund_id.has_value());
  CHECK(entries[0].payment_provider == paid->payment_provider);
  CHECK(entries[0].currency == paid->currency);
  CHECK(entries[0].amount == 3500);
  CHECK(entries[0].create_time == paid->pay_time);
}

TEST_CASE("shipping and delivering an order, and paying an order of zero, add no entries") {
  World world;
  CHECK(LedgerText(world, world.Delivered()->id) == "PAYMENT 3500");
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 0)};
  const Order free = Must(world.Create(command));
  CHECK(Must(world.Pay(free))->state == OrderState::kPaid);
  CHECK(world.LedgerOf(free->id).empty());
}

TEST_CASE("a refund is reserved when it is created, and paid out when it succeeds") {
  World world;
  const Order order = world.Delivered();
  world.clock.Advance(absl::Hours(1));
  const Refund refund = Must(world.Refunded(order, AmountOf(200)));
  world.clock.Advance(absl::Hours(1));
  world.Settle();
  const std::vector<LedgerEntry> entries = world.LedgerOf(order->id);
  REQUIRE(TextOfEntries(entries) == "PAYMENT 3500, REFUND_HOLD 200, REFUND_PAYOUT 200");
  for (const std::size_t i : {1U, 2U}) {
    CHECK(entries[i].refund_id == refund->id);
    CHECK(entries[i].payment_provider == refund->payment_provider);
    CHECK(entries[i].currency == order->currency);
  }
  CHECK(entries[1].create_time == refund->create_time);
  CHECK(entries[2].create_time == world.Load(refund->id)->settle_time);
}

TEST_CASE("a refund that fails, is rejected or is cancelled is released, and a retry reserves it again") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order order = world.Delivered();
  Must(world.Cancel(Must(world.Refunded(order, AmountOf(10)))).status());
  Must(world.Reject(Must(world.Refunded(order, AmountOf(1001)))).status());
  world.payments.script = {FakePaymentProvider::Failed()};
  const Refund failed = Must(world.Refunded(order, AmountOf(20)));
  world.Settle();
  CHECK(LedgerText(world, order->id) ==
        "PAYMENT 3500, REFUND_HOLD 10, REFUND_RELEASE 10, REFUND_HOLD 1001, REFUND_RELEASE 1001, "
        "REFUND_HOLD 20, REFUND_RELEASE 20");
  Must(world.Retry(failed).status());
  world.Settle();
  const std::vector<LedgerEntry> entries = world.LedgerOf(order->id);
  REQUIRE(entries.size() == 9);
  CHECK(TextOfEntries({entries.end() - 2, entries.end()}) == "REFUND_HOLD 20, REFUND_PAYOUT 20");
}

TEST_CASE("an attempt with an unknown outcome adds no entry") {
  World world;
  const Order order = world.Delivered();
  Must(world.Refunded(order, AmountOf(200)).status());
  world.payments.script = {FakePaymentProvider::Unknown()};
  world.Settle();
  CHECK(LedgerText(world, order->id) == "PAYMENT 3500, REFUND_HOLD 200");
}

TEST_CASE("CancelOrder releases the refunds that wait for approval, and reserves the refund of the rest") {
  World world;
  world.refunds.states.insert(OrderState::kPaid);
  world.refunds.approval_above[*Currency::Parse("EUR")] = 100;
  const Order order = world.Paid();
  Must(world.Refunded(order, AmountOf(200)).status());
  Must(world.Refunded(order, AmountOf(300)).status());
  Must(world.Cancel(order).status());
  const std::vector<LedgerEntry> entries = world.LedgerOf(order->id);
  REQUIRE(entries.size() == 6);
  CHECK(TextOfEntries({entries.begin(), entries.begin() + 3}) ==
        "PAYMENT 3500, REFUND_HOLD 200, REFUND_HOLD 300");
  // The cancelled refunds have the same time; their order depends on their ids.
  CHECK(entries[3].type == kRefundRelease);
  CHECK(entries[4].type == kRefundRelease);
  CHECK(entries[3].amount + entries[4].amount == 500);
  CHECK(TextOfEntries({entries[5]}) == "REFUND_HOLD 3500");
}

TEST_CASE("a call that fails adds no entry, and neither does a repeated call") {
  World world;
  const Order order = world.Delivered();
  CHECK_FALSE(world.Pay(order).ok());
  CHECK_FALSE(world.Refunded(order, AmountOf(3501)).ok());
  Must(world.Refunded(order, AmountOf(200), "r1").status());
  Must(world.Refunded(order, AmountOf(200), "r1").status());
  CHECK(LedgerText(world, order->id) == "PAYMENT 3500, REFUND_HOLD 200");
}

TEST_CASE("a zero-amount refund adds no entry") {
  World world;
  const Order order = world.Delivered({LineOf(1, 0), LineOf(1, 100)});
  Must(world.Refunded(order, Units("1", 1)).status());
  world.Settle();
  CHECK(LedgerText(world, order->id) == "PAYMENT 600");
}

TEST_CASE("an imported order has entries with the times of the other system") {
  World world;
  const absl::Time start = world.clock.Now();
  OrderRecord record;
  record.user_id = world.Ada()->id.ToString();
  record.lines = {LineOf(1, 1000)};
  record.reference = "R-1";
  record.state = OrderState::kShipped;
  record.create_time = start - absl::Hours(9);
  record.pay_time = start - absl::Hours(8);
  record.ship_time = start - absl::Hours(7);
  for (const std::int64_t amount : {100, 200}) {
    OrderRecord::Refund& refund = record.refunds.emplace_back();
    refund.scope = AmountOf(amount);
    refund.create_time = start - absl::Hours(6);
    refund.settle_time = start - absl::Hours(5);
  }
  ImportOrders import(world.store, world.clock, world.ids,
                      {.providers = {std::string(world.payments.name())}});
  REQUIRE(Must(import.Handle(world.context, {record})).imported == 1);

  std::vector<LedgerEntry> entries;
  Must(world.store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    absl::StatusOr<std::vector<LedgerEntry>> found = tx.ledger().List({}, std::nullopt, 100);
    if (found.ok()) entries.assign(found->rbegin(), found->rend());
    return found.status();
  }));
  REQUIRE(TextOfEntries(entries) ==
          "PAYMENT 1000, REFUND_HOLD 100, REFUND_HOLD 200, REFUND_PAYOUT 100, REFUND_PAYOUT 200");
  const OrderId order_id = entries[0].order_id;
  const std::vector<Refund> refunds = world.RefundsOf(order_id);
  CHECK(entries[0].create_time == record.pay_time);
  CHECK(entries[1].create_time == record.refunds[0].create_time);
  CHECK(entries[3].create_time == record.refunds[0].settle_time);
  CHECK(entries[1].refund_id == entries[3].refund_id);
  CHECK(entries[2].refund_id == entries[4].refund_id);
  for (const LedgerEntry& entry : entries) {
    CHECK(entry.order_id == order_id);
    if (entry.type == kPayment) continue;
    CHECK(std::any_of(refunds.begin(), refunds.end(), [&](const Refund& refund) {
      return refund->id == entry.refund_id && refund->amount == entry.amount;
    }));
  }
  CHECK(world.Load(order_id)->refunded == 300);
  CHECK(world.Load(order_id)->update_time == start);
}

}  // namespace
}  // namespace keelson
