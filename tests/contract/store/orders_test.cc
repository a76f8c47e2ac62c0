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

STORE_TEST("an order whose refunds exceed the paid amount, the shipping or a line is rejected") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto update = [&](auto change) {
    return Write(store, [&](WriteTransaction& tx) { return tx.orders().Update(With(order, change)); });
  };
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded = 13; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refunded = 6, f.refund_pending = 7; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.refund_pending = -1; })));
  CHECK(absl::IsInternal(update([](OrderFields& f) { f.paid = 11; })));
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
