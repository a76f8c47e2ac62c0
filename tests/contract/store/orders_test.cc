#include "core/orders/order_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

std::vector<OrderId> IdsOf(const std::vector<Order>& orders) {
  std::vector<OrderId> ids;
  for (const Order& order : orders) ids.push_back(order->id);
  return ids;
}

std::vector<OrderId> List(Store& store, const OrderFilter& filter,
                          std::optional<ListPosition> before = std::nullopt, int limit = 100) {
  return IdsOf(Get(store, [&](ReadTransaction& tx) { return tx.orders().List(filter, before, limit); }));
}

STORE_TEST("an order is found by id and by reference, with every field") {
  Store& store = fixture.store();
  const Order order = With(SampleOrder(StoredUser(store)->id, "shop-1"), [](OrderFields& f) {
    f.lines.push_back({"sku-2", "", 1, 0, 0, 0, 0, 0, 0});
    f.labels = {{"channel", "web"}};
    f.refunded = 4;
    f.refund_pending = 3;
    f.refunded_shipping = 1;
    f.refund_count = 2;
    f.lines[0].refunded_quantity = 1;
    f.lines[0].refunded_amount = 5;
    f.cancel_time = kT0 + absl::Seconds(9);
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  const auto by_id = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  REQUIRE(by_id.has_value());
  CHECK(by_id->fields() == order.fields());
  const auto by_reference =
      Get(store, [&](ReadTransaction& tx) { return tx.orders().FindByReference("shop-1"); });
  REQUIRE(by_reference.has_value());
  CHECK(by_reference->fields() == order.fields());
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(OrderId(NextSampleUuid())); }));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.orders().FindByReference("shop-2"); }));
}

STORE_TEST("FindManyForUpdate returns every existing order with its lines") {
  Store& store = fixture.store();
  std::map<OrderId, OrderFields> orders;
  for (std::size_t lines = 1; lines <= 3; ++lines) {
    const Order order = With(SampleOrder(StoredUser(store, std::to_string(lines))->id),
                             [&](OrderFields& f) { f.lines.resize(lines, f.lines[0]); });
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    orders.emplace(order->id, order.fields());
  }
  std::vector<OrderId> ids = {OrderId(NextSampleUuid())};
  for (const auto& [id, fields] : orders) ids.insert(ids.end(), 2, id);
  const std::vector<Order> found =
      Do(store, [&](WriteTransaction& tx) { return tx.orders().FindManyForUpdate(ids); });
  CHECK(found.size() == 3);
  for (const Order& order : found) CHECK(order.fields() == orders.at(order->id));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.orders().FindManyForUpdate({}); }).empty());
}

STORE_TEST("FindManyByReference returns the orders with the references, with their lines") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  std::map<std::string, OrderFields> orders;
  for (const char* reference : {"shop-1", "shop-2", "shop-3", ""}) {
    const Order order = SampleOrder(user, reference);
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    orders.emplace(reference, order.fields());
  }
  const std::vector<std::string> references = {"shop-3", "shop-4", "shop-1"};
  const std::vector<Order> found =
      Get(store, [&](ReadTransaction& tx) { return tx.orders().FindManyByReference(references); });
  CHECK(found.size() == 2);
  for (const Order& order : found) CHECK(order.fields() == orders.at(order->reference));
  CHECK(Get(store, [](ReadTransaction& tx) { return tx.orders().FindManyByReference({}); }).empty());
}

STORE_TEST("if a unit of work updates an order twice, the second update is stored") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.orders().FindForUpdate(order->id).status();
    status.Update(tx.orders().Update(With(order, [](OrderFields& f) { f.lines[0].refunded_quantity = 1; })));
    status.Update(tx.orders().Update(order));
    return status;
  }));
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK((*found)->lines == order->lines);
}

STORE_TEST("a reference belongs to at most one order, and any number of orders may have no reference") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  const auto insert = [&](const std::string& reference) {
    return Write(store,
                 [&](WriteTransaction& tx) { return tx.orders().Insert(SampleOrder(user, reference)); });
  };
  REQUIRE_OK(insert("shop-1"));
  CHECK(HasReason(insert("shop-1"), Reason::kReferenceTaken));
  REQUIRE_OK(insert(""));
  REQUIRE_OK(insert(""));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.orders().FindByReference(""); }));
}

STORE_TEST("every state change of an order is stored") {
  Store& store = fixture.store();
  const Order order = With(SampleOrder(StoredUser(store)->id), [](OrderFields& f) {
    f.state = OrderState::kPending;
    f.paid = 0;
    f.payment_provider = "";
    f.payment_reference = "";
    f.pay_time = f.ship_time = f.deliver_time = std::nullopt;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  const Order changed = With(order, [](OrderFields& f) {
    f.state = OrderState::kCancelled;
    f.paid = 12;
    f.refunded = 5;
    f.refund_pending = 7;
    f.refunded_shipping = 2;
    f.refund_count = 2;
    f.lines[0].refunded_quantity = 2;
    f.lines[0].refunded_amount = 10;
    f.payment_provider = "recorded";
    f.payment_reference = "pay-2";
    f.refund_status = RefundStatus::kPartiallyRefunded;
    f.update_time = f.cancel_time.emplace(kT0 + absl::Hours(1));
    f.pay_time = kT0 + absl::Minutes(1);
    f.version = 3;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(changed); }));
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  REQUIRE(found.has_value());
  CHECK(found->fields() == changed.fields());
  CHECK(absl::IsInternal(
      Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(SampleOrder(order->user_id)); })));
}

// An order of 12 in two payments: 5 at "recorded" and 7 at "stripe", each with the order's number as
// reference.
Order OrderInTwoPayments(UserId user_id, const std::string& number) {
  return With(SampleOrder(user_id), [&](OrderFields& f) {
    f.payment_reference = "deposit-" + number;
    f.payments = {{"recorded", f.payment_reference, 5, 0, 0, kT0 + absl::Microseconds(1)},
                  {"stripe", "rest-" + number, 7, 0, 0, kT0 + absl::Seconds(1)}};
    f.payment_count = 2;
  });
}

STORE_TEST("the payments of an order are stored, found by every reader, and updated") {
  Store& store = fixture.store();
  const Order order = OrderInTwoPayments(StoredUser(store)->id, "1");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  const Order changed = With(order, [](OrderFields& f) {
    f.state = OrderState::kCancelled;
    f.paid = 15;
    f.refunded = 2;
    f.refund_pending = 9;
    f.payments[0].refunded = 2;
    f.payments[1].refund_pending = 6;
    f.payments.push_back({"recorded", "", 3, 0, 3, kT0 + absl::Seconds(9)});
    f.payment_count = 3;
    f.refund_status = RefundStatus::kPartiallyRefunded;
    f.version = 3;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(changed); }));
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  REQUIRE(found.has_value());
  CHECK(found->fields() == changed.fields());
  const auto locked = Do(store, [&](WriteTransaction& tx) { return tx.orders().FindForUpdate(order->id); });
  REQUIRE(locked.has_value());
  CHECK(locked->fields() == changed.fields());
  const std::vector<OrderId> ids = {order->id};
  const auto many = Do(store, [&](WriteTransaction& tx) { return tx.orders().FindManyForUpdate(ids); });
  REQUIRE(many.size() == 1);
  CHECK(many[0].fields() == changed.fields());
  const auto listed = Get(store, [&](ReadTransaction& tx) { return tx.orders().List({}, std::nullopt, 10); });
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].fields() == changed.fields());
}

STORE_TEST("an order whose refunds exceed one of its payments is rejected") {
  Store& store = fixture.store();
  const Order order = OrderInTwoPayments(StoredUser(store)->id, "1");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  const auto update = [&](auto change) {
    return Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(With(order, change)); });
  };
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded = f.payments[0].refunded = 6; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) {
    f.refunded = f.payments[1].refunded = 4;
    f.refund_pending = f.payments[1].refund_pending = 4;
  })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.payments[1].refund_pending = -1; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.paid = 13; })));
  REQUIRE_OK(update([](OrderFields& f) { f.refunded = f.payments[1].refunded = 7; }));
}

STORE_TEST("orders are listed by each of their payments, newest first and each once") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  const auto insert = [&](const std::string& first, const std::string& second, int second_of_creation) {
    const Order order = With(OrderInTwoPayments(user_id, ""), [&](OrderFields& f) {
      f.payment_reference = f.payments[0].reference = first;
      f.payments[1].reference = second;
      f.create_time = kT0 + absl::Seconds(second_of_creation);
    });
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    return order->id;
  };
  const OrderId as_first = insert("a", "b", 1);
  const OrderId as_second = insert("c", "a", 2);
  const OrderId as_both = insert("a", "a", 3);
  insert("c", "b", 4);
  OrderFilter filter;
  filter.payment_reference = "a";
  CHECK(List(store, filter) == std::vector<OrderId>{as_both, as_second, as_first});
  CHECK(List(store, filter, std::nullopt, 2) == std::vector<OrderId>{as_both, as_second});
  CHECK(List(store, filter, ListPosition{kT0 + absl::Seconds(2), as_second.uuid()}) ==
        std::vector<OrderId>{as_first});
  filter.user_id = user_id;
  filter.states = {OrderState::kDelivered};
  CHECK(List(store, filter).size() == 3);
  filter.states = {OrderState::kPaid};
  CHECK(List(store, filter).empty());
}

STORE_TEST("FindPaidOrders finds the orders by provider and reference of any payment") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  const Order single = SampleOrder(user_id);
  const Order in_parts = OrderInTwoPayments(user_id, "1");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    const absl::Status status = tx.orders().Insert(single);
    return status.ok() ? tx.orders().Insert(in_parts) : status;
  }));
  const auto find = [&](const PaymentKey& key) {
    const std::vector<PaymentKey> keys = {key};
    const auto locked = Do(store, [&](WriteTransaction& tx) -> absl::StatusOr<std::vector<PaidOrder>> {
      const absl::Status status = tx.orders().LockPayments(keys);
      if (!status.ok()) return status;
      return tx.orders().FindPaidOrders(keys);
    });
    const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().FindPaidOrders(keys); });
    CHECK(found.size() == locked.size());
    return found.empty() ? OrderId() : found[0].order_id;
  };
  CHECK(find({"recorded", "pay-1"}) == single->id);
  CHECK(find({"recorded", "deposit-1"}) == in_parts->id);
  CHECK(find({"stripe", "rest-1"}) == in_parts->id);
  CHECK(find({"stripe", "pay-1"}) == OrderId());
  CHECK(find({"recorded", "rest-1"}) == OrderId());
}

STORE_TEST("an order whose refunds exceed the paid amount, the shipping or a line is rejected") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto update = [&](auto change) {
    return Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(With(order, change)); });
  };
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded = 13; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded = 6, f.refund_pending = 7; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refund_pending = -1; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.paid = 13; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded_shipping = 3; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.lines[0].refunded_quantity = 3; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.lines[0].refunded_amount = 11; })));
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK(found->fields() == order.fields());
}

STORE_TEST("orders are listed newest first, with filters and a limit") {
  Store& store = fixture.store();
  const UserId ann = StoredUser(store, "ann@example.com")->id;
  const UserId bob = StoredUser(store, "bob@example.com")->id;
  std::vector<OrderId> ids;
  for (int i = 0; i < 6; ++i) {
    const Order order = With(SampleOrder(i % 2 == 0 ? ann : bob), [&](OrderFields& f) {
      f.state = i < 3 ? OrderState::kPaid : OrderState::kShipped;
      f.create_time = kT0 + absl::Seconds(i);
    });
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    ids.push_back(order->id);
  }
  using Ids = std::vector<OrderId>;
  const auto at = [&](std::size_t i) { return ListPosition{kT0 + absl::Seconds(i), ids[i].uuid()}; };
  CHECK(List(store, {}) == Ids{ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]});
  CHECK(List(store, {}, at(3), 2) == Ids{ids[2], ids[1]});
  CHECK(List(store, {}, std::nullopt, 0).empty());
  OrderFilter of_ann;
  of_ann.user_id = ann;
  CHECK(List(store, of_ann) == Ids{ids[4], ids[2], ids[0]});
  CHECK(List(store, of_ann, at(4), 1) == Ids{ids[2]});
  OrderFilter paid;
  paid.states = {OrderState::kPaid, OrderState::kCancelled};
  CHECK(List(store, paid) == Ids{ids[2], ids[1], ids[0]});
  OrderFilter between;
  between.created_from = kT0 + absl::Seconds(1);
  between.created_before = kT0 + absl::Seconds(3);
  CHECK(List(store, between) == Ids{ids[2], ids[1]});
}

STORE_TEST("while orders are inserted, the pages of a list contain each existing order exactly once") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  const auto insert = [&] {
    const Order order = SampleOrder(user);
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    return order->id;
  };
  std::vector<OrderId> there;
  for (int i = 0; i < 30; ++i) there.insert(there.begin(), insert());
  std::vector<OrderId> seen;
  std::optional<ListPosition> before;
  while (true) {
    const std::vector<OrderId> page = List(store, {}, before, 7);
    if (page.empty()) break;
    seen.insert(seen.end(), page.begin(), page.end());
    before = {kT0, page.back().uuid()};
    insert();
  }
  CHECK(seen == there);
}

}  // namespace
}  // namespace keelson
