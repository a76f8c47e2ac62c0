#include "core/refunds/import_orders.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "core/accounts/user_repository.h"
#include "core/orders/order_repository.h"
#include "tests/core/world.h"
#include "tests/support/interleaved_store.h"
#include "tests/support/retrying_store.h"

namespace keelson {
namespace {

// A DELIVERED order of Ada over 35.00 EUR: three units of 10.00 and 5.00 of shipping. It was created ten days
// ago, and each step took a day.
OrderRecord DeliveredRecord(World& world, std::string reference = "R-1") {
  const User ada = world.Ada();
  OrderRecord record;
  record.user_id = ada->id.ToString();
  record.lines = {LineOf(3, 1000)};
  record.shipping = Amount{"EUR", 500};
  record.reference = std::move(reference);
  record.labels = {{"channel", "web"}};
  record.state = OrderState::kDelivered;
  const absl::Time created = world.clock.Now() - absl::Hours(240);
  record.create_time = created;
  record.pay_time = created + absl::Hours(24);
  record.ship_time = created + absl::Hours(48);
  record.deliver_time = created + absl::Hours(72);
  record.payment_reference = "charge-9";
  return record;
}

OrderRecord::Refund RefundOf(const OrderRecord& order, ScopeInput scope) {
  OrderRecord::Refund refund;
  refund.scope = std::move(scope);
  refund.reason = RefundReason::kDefective;
  refund.note = "broken";
  refund.create_time = *order.pay_time + absl::Hours(1);
  refund.settle_time = *order.pay_time + absl::Hours(2);
  refund.provider_reference = "re-1";
  return refund;
}

absl::StatusOr<OrderImportResult> ImportAll(World& world, const std::vector<OrderRecord>& records) {
  return ImportOrders(world.store, world.clock, world.ids, {{std::string(world.payments.name())}, true})
      .Handle(world.context, records);
}

std::optional<Order> FindImported(World& world, std::string_view reference) {
  std::optional<Order> order;
  Must(world.store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    Found<Order> found = tx.orders().FindByReference(reference);
    if (found.ok()) order = *std::move(found);
    return found.status();
  }));
  return order;
}

// "0 REFERENCE_TAKEN" for each failure.
Fields ImportFailuresOf(const OrderImportResult& result) {
  Fields failures;
  for (const ImportFailure& failure : result.failures) {
    failures.push_back(std::to_string(failure.index) + " " + ReasonOf(failure.status));
  }
  return failures;
}

// The invalid fields of a record that is not imported.
Fields InvalidFieldsOf(World& world, const OrderRecord& record) {
  const OrderImportResult result = Must(ImportAll(world, {record}));
  REQUIRE(ImportFailuresOf(result) == Fields{"0 FIELD_INVALID"});
  return BadFields(result.failures[0].status);
}

TEST_CASE("ImportOrders creates an order with its times, payment and refunds") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.refunds = {RefundOf(record, Units("1", 1, true)), RefundOf(record, AmountOf(200))};
  record.refunds[1].settle_time.reset();
  world.NewEvents();
  const std::size_t messages = world.Outbox().size();
  const OrderImportResult result = Must(ImportAll(world, {record}));
  CHECK(result.imported == 1);
  CHECK(result.existing == 0);
  CHECK(result.failures.empty());

  const Order order = FindImported(world, "R-1").value();
  CHECK(order->user_id == world.Ada()->id);
  CHECK(order->state == OrderState::kDelivered);
  CHECK(order->create_time == *record.create_time);
  CHECK(order->pay_time == record.pay_time);
  CHECK(order->ship_time == record.ship_time);
  CHECK(order->deliver_time == record.deliver_time);
  CHECK(order->update_time == world.clock.Now());
  CHECK(order->labels == record.labels);
  CHECK(order->paid == 3500);
  CHECK(order->refunded == 1700);
  CHECK(order->refund_pending == 0);
  CHECK(order->refunded_shipping == 500);
  CHECK(order->refund_status == RefundStatus::kPartiallyRefunded);
  CHECK(order->lines[0].refunded_quantity == 1);
  CHECK(order->payment_provider == world.payments.name());
  CHECK(order->payment_reference == "charge-9");

  const std::vector<Refund> refunds = world.RefundsOf(order->id);
  REQUIRE(refunds.size() == 2);
  const auto units = std::find_if(refunds.begin(), refunds.end(),
                                  [](const Refund& refund) { return !refund->lines.empty(); });
  CHECK((*units)->state == RefundState::kSucceeded);
  CHECK((*units)->amount == 1500);
  CHECK((*units)->reason == RefundReason::kDefective);
  CHECK((*units)->note == "broken");
  CHECK((*units)->provider_reference == "re-1");
  CHECK((*units)->create_time == record.refunds[0].create_time);
  CHECK((*units)->settle_time == record.refunds[0].settle_time);
  CHECK((*units)->requested_by == "web");
  const auto amount = std::find_if(refunds.begin(), refunds.end(),
                                   [](const Refund& refund) { return refund->lines.empty(); });
  CHECK((*amount)->settle_time == record.refunds[1].create_time);
  CHECK(world.NewEvents() == Fields{"order.imported", "refund.imported", "refund.imported"});
  CHECK(world.Outbox().size() == messages);
  CHECK(world.Settle() == 0);
}

TEST_CASE("an imported order is refunded like any other order") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.refunds = {RefundOf(record, Units("1", 1))};
  Must(ImportAll(world, {record}).status());
  const Order order = FindImported(world, "R-1").value();
  CHECK(ReasonOf(world.Refunded(order, Units("1", 3))) == "REFUND_NOT_ALLOWED");
  const Refund refund = Must(world.Refunded(order, Everything()));
  CHECK(refund->amount == 2500);
  CHECK(refund->payment_reference == "charge-9");
  world.Settle();
  CHECK(world.Load(refund->id)->state == RefundState::kSucceeded);
  CHECK(world.Load(order->id)->refund_status == RefundStatus::kFullyRefunded);
}

TEST_CASE("ImportOrders imports orders in every state, by id or by address of the user") {
  World world;
  std::vector<OrderRecord> records;
  for (int i = 0; i < 6; ++i) {
    records.push_back(DeliveredRecord(world, "R-" + std::to_string(i)));
    records.back().state = static_cast<OrderState>(std::min(i + 1, 5));
    records.back().user_id.clear();
    records.back().user_email = "ADA@example.com";
  }
  for (const int unpaid : {0, 5}) {
    records[static_cast<std::size_t>(unpaid)].pay_time.reset();
    records[static_cast<std::size_t>(unpaid)].payment_reference.clear();
  }
  for (const int unshipped : {0, 1, 4, 5}) records[static_cast<std::size_t>(unshipped)].ship_time.reset();
  for (const int way : {0, 1, 2, 4, 5}) records[static_cast<std::size_t>(way)].deliver_time.reset();
  for (const std::size_t cancelled : {4U, 5U}) records[cancelled].cancel_time = world.clock.Now();
  const OrderImportResult result = Must(ImportAll(world, records));
  CHECK(ImportFailuresOf(result).empty());
  CHECK(result.imported == 6);
  for (const OrderRecord& record : records) {
    const Order order = FindImported(world, record.reference).value();
    CHECK(order->state == record.state);
    CHECK(order->user_id == world.Ada()->id);
    CHECK(order->paid == (record.pay_time ? 3500 : 0));
  }
  CHECK(world.Ship(FindImported(world, "R-1").value()).ok());
}

TEST_CASE("ImportOrders names the times that contradict the state, the order or the clock") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.create_time.reset();
  record.ship_time.reset();
  record.cancel_time = world.clock.Now();
  CHECK(InvalidFieldsOf(world, record) == Fields{"create_time", "ship_time", "cancel_time"});

  record = DeliveredRecord(world);
  record.pay_time = *record.create_time - absl::Microseconds(1);
  record.deliver_time = world.clock.Now() + absl::Microseconds(1);
  CHECK(InvalidFieldsOf(world, record) == Fields{"pay_time", "deliver_time"});

  record = DeliveredRecord(world);
  record.state = OrderState::kPending;
  CHECK(InvalidFieldsOf(world, record) == Fields{"pay_time", "ship_time", "deliver_time"});

  record = DeliveredRecord(world);
  record.state.reset();
  CHECK(InvalidFieldsOf(world, record) == Fields{"state"});

  record = DeliveredRecord(world);
  record.state = OrderState::kPending;
  record.pay_time = record.ship_time = record.deliver_time = std::nullopt;
  CHECK(InvalidFieldsOf(world, record) == Fields{"payment"});
}

TEST_CASE("ImportOrders validates users, contents and payments like CreateOrder and PayOrder") {
  World world;
  OrderRecord record = DeliveredRecord(world, "");
  record.user_email = "ada@example.com";
  record.lines[0].quantity = 0;
  record.payment_provider = "another";
  CHECK(InvalidFieldsOf(world, record) ==
        Fields{"user", "lines[0].quantity", "reference", "payment.provider"});
  record = DeliveredRecord(world);
  record.user_id = "user_1";
  record.lines.clear();
  CHECK(InvalidFieldsOf(world, record) == Fields{"user_id", "lines"});
  record = DeliveredRecord(world);
  record.user_id.clear();
  record.user_email = "nobody";
  record.errors.Add("create_time", "must be valid");
  CHECK(InvalidFieldsOf(world, record) == Fields{"create_time", "user_email"});
}

TEST_CASE("ImportOrders names the refunds that are invalid or do not fit the order") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.refunds = {RefundOf(record, {}), RefundOf(record, Everything())};
  record.refunds[0].note = "two\nlines";
  record.refunds[0].create_time.reset();
  record.refunds[1].create_time = *record.pay_time - absl::Seconds(1);
  record.refunds[1].settle_time = world.clock.Now() + absl::Seconds(1);
  CHECK(InvalidFieldsOf(world, record) == Fields{"refunds[0].scope", "refunds[0].note",
                                                 "refunds[0].create_time", "refunds[1].create_time",
                                                 "refunds[1].settle_time"});

  record.refunds = {RefundOf(record, Units("1", 2)), RefundOf(record, Units("1", 2))};
  CHECK(InvalidFieldsOf(world, record).front() == "refunds[1].scope");
  record.refunds = {RefundOf(record, AmountOf(3501))};
  CHECK(InvalidFieldsOf(world, record) == Fields{"refunds[0].scope"});
  record.refunds = {RefundOf(record, AmountOf(1, "USD"))};
  CHECK(InvalidFieldsOf(world, record).front() == "refunds[0].scope");
  record.refunds.assign(kMaxImportedRefunds + 1, RefundOf(record, AmountOf(1)));
  CHECK(InvalidFieldsOf(world, record) == Fields{"refunds"});
  CHECK(!FindImported(world, "R-1"));
}

TEST_CASE("the configured limits of refunds do not apply to imported refunds") {
  World world;
  world.refunds.max_per_order = 0;
  world.refunds.partial = false;
  world.refunds.states.clear();
  OrderRecord record = DeliveredRecord(world);
  record.refunds.assign(kMaxImportedRefunds, RefundOf(record, AmountOf(1)));
  CHECK(Must(ImportAll(world, {record})).imported == 1);
  CHECK(FindImported(world, "R-1").value()->refund_count == static_cast<int>(kMaxImportedRefunds));
}

TEST_CASE("ImportOrders reports users that do not exist or are erased, and imports orders of deleted users") {
  World world;
  OrderRecord unknown = DeliveredRecord(world, "R-1");
  unknown.user_id = UserId(Uuid{1}).ToString();
  OrderRecord unknown_address = DeliveredRecord(world, "R-2");
  unknown_address.user_id.clear();
  unknown_address.user_email = "eve@example.com";
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  OrderRecord of_deleted = DeliveredRecord(world, "R-3");
  of_deleted.user_id = bob->id.ToString();
  Must(world.Delete(bob).status());
  const OrderImportResult result = Must(ImportAll(world, {unknown, unknown_address, of_deleted}));
  CHECK(ImportFailuresOf(result) == Fields{"0 USER_NOT_FOUND", "1 USER_NOT_FOUND"});
  CHECK(result.imported == 1);

  Must(world.Erase(bob).status());
  OrderRecord of_erased = of_deleted;
  of_erased.reference = "R-4";
  CHECK(ImportFailuresOf(Must(ImportAll(world, {of_erased}))) == Fields{"0 USER_NOT_FOUND"});
}

TEST_CASE("ImportOrders leaves out bad records by index and imports the others") {
  World world;
  OrderRecord bad = DeliveredRecord(world, "R-2");
  bad.lines.clear();
  const OrderImportResult result =
      Must(ImportAll(world, {DeliveredRecord(world, "R-1"), bad, DeliveredRecord(world, "R-3"), bad}));
  CHECK(result.imported == 2);
  CHECK(ImportFailuresOf(result) == Fields{"1 FIELD_INVALID", "3 FIELD_INVALID"});
  CHECK(FindImported(world, "R-3"));
}

TEST_CASE("a repeated import counts the orders as existing, also after they changed, and imports the rest") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.refunds = {RefundOf(record, Units("1", 1))};
  OrderRecord paid = DeliveredRecord(world, "R-2");
  paid.state = OrderState::kPaid;
  paid.ship_time = paid.deliver_time = std::nullopt;
  // Stored times have whole microseconds.
  paid.pay_time = *paid.pay_time + absl::Nanoseconds(1);
  CHECK(Must(ImportAll(world, {record, paid, record})).existing == 1);
  Must(world.Refunded(FindImported(world, "R-1").value(), Units("1", 1)).status());
  Must(world.Ship(FindImported(world, "R-2").value()).status());
  world.NewEvents();
  const OrderImportResult again = Must(ImportAll(world, {record, paid, DeliveredRecord(world, "R-3")}));
  CHECK(again.imported == 1);
  CHECK(again.existing == 2);
  CHECK(again.failures.empty());
  CHECK(world.NewEvents() == Fields{"order.imported"});
}

TEST_CASE("a repeated import with a new refund is not taken for the imported order") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  record.refunds = {RefundOf(record, AmountOf(100))};
  Must(ImportAll(world, {record}).status());
  // The totals of the stored order equal those of the repeated record.
  Must(world.Refunded(FindImported(world, "R-1").value(), AmountOf(100)).status());
  CHECK(world.Settle() == 1);
  record.refunds.push_back(RefundOf(record, AmountOf(100)));
  record.refunds.back().provider_reference = "re_other";
  const OrderImportResult again = Must(ImportAll(world, {record}));
  CHECK(again.existing == 0);
  REQUIRE(again.failures.size() == 1);
  CHECK(again.failures[0].status.message() == "an order with this reference exists and differs in: refunds");
}

TEST_CASE("ImportOrders reports REFERENCE_TAKEN and the differing fields for another order") {
  World world;
  OrderRecord record = DeliveredRecord(world);
  Must(ImportAll(world, {record}).status());
  OrderRecord other = record;
  other.lines.push_back(LineOf(1, 1));
  other.labels.clear();
  other.payment_reference = "charge-10";
  other.refunds = {RefundOf(record, AmountOf(1))};
  OrderRecord earlier = record;
  earlier.create_time = *record.create_time - absl::Hours(1);
  const OrderImportResult result = Must(ImportAll(world, {other, earlier}));
  CHECK(ImportFailuresOf(result) == Fields{"0 REFERENCE_TAKEN", "1 REFERENCE_TAKEN"});
  CHECK(result.failures[0].status.message() ==
        "an order with this reference exists and differs in: lines, labels, payment, refunds");
  CHECK(result.failures[1].status.message() ==
        "an order with this reference exists and differs in: create_time");
  CHECK(result.existing == 0);
}

TEST_CASE("an order or an erasure that another call commits meanwhile is taken into account") {
  World world;
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  std::vector<OrderRecord> records = {DeliveredRecord(world, "R-1"), DeliveredRecord(world, "R-2"),
                                      DeliveredRecord(world, "R-3")};
  records[2].user_id = bob->id.ToString();
  const auto import_through = [&](std::function<void()> before_write) {
    InterleavedStore store(world.store);
    store.before_next_write = std::move(before_write);
    return Must(ImportOrders(store, world.clock, world.ids, {{std::string(world.payments.name())}, true})
                    .Handle(world.context, records));
  };
  const OrderImportResult first = import_through([&] {
    Must(ImportAll(world, {records[0]}).status());
    Must(world.Erase(bob).status());
  });
  CHECK(first.imported == 1);
  CHECK(first.existing == 1);
  CHECK(ImportFailuresOf(first) == Fields{"2 USER_NOT_FOUND"});
}

TEST_CASE("a transaction of ImportOrders that runs twice imports each order once") {
  World world;
  RetryingStore retrying(world.store);
  const OrderRecord record = DeliveredRecord(world);
  const OrderImportResult result =
      Must(ImportOrders(retrying, world.clock, world.ids, {{std::string(world.payments.name())}, true})
               .Handle(world.context, {record}));
  CHECK(result.imported == 1);
  std::vector<LedgerEntry> entries;
  Must(world.store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    absl::StatusOr<std::vector<LedgerEntry>> found = tx.ledger().List({}, std::nullopt, 10);
    if (found.ok()) entries = *std::move(found);
    return found.status();
  }));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].type == LedgerEntryType::kPayment);
}

TEST_CASE("a batch of orders without a valid record does not touch the store") {
  World world;
  const OrderRecord valid = DeliveredRecord(world);
  world.context.deadline = Deadline::After(absl::ZeroDuration());
  CHECK(Must(ImportAll(world, {OrderRecord()})).failures.size() == 1);
  CHECK(absl::IsDeadlineExceeded(ImportAll(world, {valid}).status()));
}

// A DELIVERED order that a deposit of 10.00 EUR and a rest of 25.00 EUR paid.
OrderRecord RecordInTwoPayments(World& world, std::string reference = "R-1") {
  OrderRecord record = DeliveredRecord(world, std::move(reference));
  const absl::Time paid = *record.pay_time;
  record.payments = {{"", "deposit-" + record.reference, Amount{"EUR", 1000}, paid - absl::Hours(1)},
                     {"", "rest-" + record.reference, Amount{"EUR", 2500}, paid}};
  record.pay_time.reset();
  record.payment_reference.clear();
  return record;
}

OrderRecord::Refund PaidRefund(const OrderRecord& record, ScopeInput scope) {
  OrderRecord::Refund refund;
  refund.scope = std::move(scope);
  refund.create_time = *record.deliver_time;
  return refund;
}

TEST_CASE("ImportOrders imports several payments, and divides the refunds among them") {
  World world;
  OrderRecord record = RecordInTwoPayments(world);
  record.refunds = {PaidRefund(record, AmountOf(1200)), PaidRefund(record, AmountOf(100))};
  record.refunds[1].payment_id = "2";
  const OrderImportResult result = Must(ImportAll(world, {record}));
  CHECK(result.imported == 1);
  const Order order = FindImported(world, "R-1").value();
  CHECK(order->state == OrderState::kDelivered);
  CHECK(order->pay_time == record.payments[1].pay_time);
  REQUIRE(order->payments.size() == 2);
  CHECK(order->payments[0].refunded == 1000);
  CHECK(order->payments[1].refunded == 300);
  CHECK(order->refunded == 1300);
  CHECK(world.RefundsOf(order->id).size() == 3);
  CHECK(Must(ImportAll(world, {record})).existing == 1);
  record.payments[1].reference = "another";
  CHECK(ImportFailuresOf(Must(ImportAll(world, {record}))) == Fields{"0 REFERENCE_TAKEN"});
}

TEST_CASE("ImportOrders checks that the payments fit the state and the total") {
  World world;
  OrderRecord record = RecordInTwoPayments(world);
  record.payments[1].amount = Amount{"EUR", 2499};
  CHECK(InvalidFieldsOf(world, record) == Fields{"payments"});
  record.payments[1].amount = Amount{"USD", 2500};
  CHECK(InvalidFieldsOf(world, record) == Fields{"payments[1].amount.currency_code"});
  record = RecordInTwoPayments(world);
  record.payments[0].pay_time = *record.payments[1].pay_time + absl::Minutes(1);
  CHECK(InvalidFieldsOf(world, record) == Fields{"payments[1].pay_time"});
  record = RecordInTwoPayments(world);
  record.payment_reference = "charge-9";
  CHECK(InvalidFieldsOf(world, record) == Fields{"payment"});
  record = RecordInTwoPayments(world);
  record.pay_time = record.payments[1].pay_time;
  CHECK(InvalidFieldsOf(world, record) == Fields{"pay_time"});
}

TEST_CASE("ImportOrders imports an order that is paid in part") {
  World world;
  OrderRecord record = RecordInTwoPayments(world);
  record.payments.pop_back();
  record.state = OrderState::kPending;
  record.ship_time.reset();
  record.deliver_time.reset();
  CHECK(Must(ImportAll(world, {record})).imported == 1);
  const Order order = FindImported(world, "R-1").value();
  CHECK(order->state == OrderState::kPending);
  CHECK(order->paid == 1000);
  CHECK_FALSE(order->pay_time.has_value());
}

TEST_CASE("ImportOrders rejects a payment that has paid another order, unless references are shared") {
  World world;
  OrderRecord first = RecordInTwoPayments(world, "R-1");
  OrderRecord second = RecordInTwoPayments(world, "R-2");
  OrderRecord third = RecordInTwoPayments(world, "R-3");
  second.payments[1].reference = first.payments[1].reference;
  third.payments[0].reference = first.payments[0].reference;
  const auto import = [&](const std::vector<OrderRecord>& records) {
    return Must(ImportOrders(world.store, world.clock, world.ids, {{std::string(world.payments.name())}})
                    .Handle(world.context, records));
  };
  const OrderImportResult both = import({first, second});
  CHECK(both.imported == 1);
  CHECK(ImportFailuresOf(both) == Fields{"1 REFERENCE_TAKEN"});
  CHECK(ImportFailuresOf(import({third})) == Fields{"0 REFERENCE_TAKEN"});
  CHECK(import({first}).existing == 1);
  CHECK(Must(ImportAll(world, {second, third})).imported == 2);
}

}  // namespace
}  // namespace keelson
