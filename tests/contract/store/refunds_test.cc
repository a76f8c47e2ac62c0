#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

void Insert(Store& store, const Refund& refund) {
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.refunds().Insert(refund); }));
}

std::vector<RefundId> IdsOf(const std::vector<Refund>& refunds) {
  std::vector<RefundId> ids;
  for (const Refund& refund : refunds) ids.push_back(refund->id);
  return ids;
}

std::vector<RefundId> ListRefunds(Store& store, const RefundFilter& filter,
                                  std::optional<ListPosition> before = std::nullopt, int limit = 100) {
  return IdsOf(Get(store, [&](ReadTransaction& tx) { return tx.refunds().List(filter, before, limit); }));
}

std::vector<RefundId> Due(Store& store, absl::Time now, int limit = 100) {
  return IdsOf(Get(store, [&](ReadTransaction& tx) { return tx.refunds().ListDue("recorded", now, limit); }));
}

STORE_TEST("a refund is found with every field, also after state changes") {
  Store& store = fixture.store();
  const Refund refund = SampleRefund(StoredOrder(store));
  Insert(store, refund);
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); });
  REQUIRE(found.has_value());
  CHECK(found->fields() == refund.fields());

  const Refund changed = With(refund, [](RefundFields& f) {
    f.state = RefundState::kFailed;
    f.decided_by = "chief";
    f.decision_note = "fine";
    f.provider_reference = "re-1";
    f.failure_code = "declined";
    f.failure_message = "no";
    f.attempts = 2;
    f.due_time = std::nullopt;
    f.update_time = kT0 + absl::Hours(1);
    f.decide_time = kT0 + absl::Seconds(1);
    f.settle_time = kT0 + absl::Seconds(2);
    f.version = 4;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.refunds().Update(changed); }));
  const auto again = Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); });
  REQUIRE(again.has_value());
  CHECK(again->fields() == changed.fields());
}

STORE_TEST("Find returns nothing for a missing refund, and Update fails") {
  Store& store = fixture.store();
  const Refund unknown = SampleRefund(StoredOrder(store));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(unknown->id); }));
  CHECK(absl::IsInternal(Write(store, [&](WriteTransaction& tx) { return tx.refunds().Update(unknown); })));
}

STORE_TEST("FindManyForUpdate returns every existing refund") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  std::map<RefundId, RefundFields> refunds;
  std::vector<RefundId> ids = {RefundId(NextSampleUuid())};
  for (int i = 0; i < 3; ++i) {
    const Refund refund = SampleRefund(order);
    Insert(store, refund);
    refunds.emplace(refund->id, refund.fields());
    ids.insert(ids.end(), 2, refund->id);
  }
  const std::vector<Refund> found =
      Do(store, [&](WriteTransaction& tx) { return tx.refunds().FindManyForUpdate(ids); });
  CHECK(found.size() == 3);
  for (const Refund& refund : found) CHECK(refund.fields() == refunds.at(refund->id));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.refunds().FindManyForUpdate({}); }).empty());
}

STORE_TEST("a refund is rejected if its amount is negative, less than its shipping, or 0 without lines") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto insert = [&](std::int64_t amount, std::int64_t shipping, const std::vector<RefundLine>& lines) {
    const Refund refund = With(SampleRefund(order), [&](RefundFields& f) {
      f.amount = amount;
      f.shipping = shipping;
      f.lines = lines;
    });
    return Write(store, [&](WriteTransaction& tx) { return tx.refunds().Insert(refund); });
  };
  CHECK(absl::IsInternal(insert(0, 0, {})));
  CHECK(absl::IsInternal(insert(0, 1, {{0, 1, 0}})));
  CHECK(absl::IsInternal(insert(-1, 0, {{0, 1, 0}})));
}

STORE_TEST("a zero-amount refund of an order line is stored with every field and listed as due") {
  Store& store = fixture.store();
  const Refund refund = With(SampleRefund(StoredOrder(store)), [](RefundFields& f) {
    f.amount = f.shipping = 0;
    f.lines = {{0, 1, 0}};
  });
  Insert(store, refund);
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); });
  REQUIRE(found.has_value());
  CHECK(found->fields() == refund.fields());
  CHECK(Due(store, kT0) == std::vector<RefundId>{refund->id});
}

STORE_TEST("refunds are listed newest first, with filters and a limit") {
  Store& store = fixture.store();
  const Order first = StoredOrder(store);
  const Order second = SampleOrder(StoredUser(store, "bob@example.com")->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(second); }));
  std::vector<RefundId> ids;
  for (int i = 0; i < 6; ++i) {
    const Refund refund = With(SampleRefund(i % 2 == 0 ? first : second), [&](RefundFields& f) {
      f.state = i < 3 ? RefundState::kSucceeded : RefundState::kRequested;
      f.create_time = kT0 + absl::Seconds(i);
    });
    Insert(store, refund);
    ids.push_back(refund->id);
  }
  using Ids = std::vector<RefundId>;
  const auto at = [&](std::size_t i) { return ListPosition{kT0 + absl::Seconds(i), ids[i].uuid()}; };
  CHECK(ListRefunds(store, {}) == Ids{ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]});
  CHECK(ListRefunds(store, {}, at(4), 2) == Ids{ids[3], ids[2]});
  RefundFilter of_order;
  of_order.order_id = first->id;
  CHECK(ListRefunds(store, of_order) == Ids{ids[4], ids[2], ids[0]});
  CHECK(ListRefunds(store, of_order, at(4), 1) == Ids{ids[2]});
  RefundFilter of_user;
  of_user.user_id = second->user_id;
  CHECK(ListRefunds(store, of_user) == Ids{ids[5], ids[3], ids[1]});
  RefundFilter of_neither;
  of_neither.order_id = first->id;
  of_neither.user_id = second->user_id;
  CHECK(ListRefunds(store, of_neither).empty());
  RefundFilter narrow;
  narrow.states = {RefundState::kSucceeded};
  narrow.created_from = kT0 + absl::Seconds(1);
  narrow.created_before = kT0 + absl::Seconds(5);
  CHECK(ListRefunds(store, narrow) == Ids{ids[2], ids[1]});
}

STORE_TEST("due refunds are listed, the longest due first") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto insert = [&](RefundState state, std::optional<absl::Time> due) {
    const Refund refund =
        With(SampleRefund(order), [&](RefundFields& f) { f.state = state, f.due_time = due; });
    Insert(store, refund);
    return refund;
  };
  const Refund late = insert(RefundState::kApproved, kT0 + absl::Seconds(2));
  const Refund early = insert(RefundState::kProcessing, kT0 + absl::Seconds(1));
  insert(RefundState::kApproved, kT0 + absl::Seconds(4));
  insert(RefundState::kRequested, std::nullopt);
  insert(RefundState::kSucceeded, kT0);
  using Ids = std::vector<RefundId>;
  CHECK(Due(store, kT0).empty());
  CHECK(Due(store, kT0 + absl::Seconds(2)) == Ids{early->id, late->id});
  CHECK(Due(store, kT0 + absl::Seconds(3), 1) == Ids{early->id});

  const Refund later = With(early, [](RefundFields& f) { f.due_time = kT0 + absl::Seconds(9); });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.refunds().Update(later); }));
  CHECK(Due(store, kT0 + absl::Seconds(3)) == Ids{late->id});
}

STORE_TEST("due refunds are listed for one payment provider") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto insert = [&](std::string provider, std::optional<absl::Time> due) {
    const Refund refund = With(SampleRefund(order), [&](RefundFields& f) {
      f.state = RefundState::kProcessing, f.payment_provider = std::move(provider), f.due_time = due;
    });
    Insert(store, refund);
    return refund;
  };
  const auto providers = [&] {
    return Get(store, [](ReadTransaction& tx) { return tx.refunds().ListDueProviders(); });
  };
  CHECK(providers().empty());
  insert("paypal", kT0 + absl::Seconds(1));
  insert("recorded2", kT0);
  insert("adyen", std::nullopt);
  const Refund recorded = insert("recorded", kT0 + absl::Seconds(1));
  insert("recorded", kT0 + absl::Seconds(9));
  CHECK(providers() == std::vector<std::string>{"paypal", "recorded", "recorded2"});
  CHECK(Due(store, kT0).empty());
  CHECK(Due(store, kT0 + absl::Seconds(1)) == std::vector<RefundId>{recorded->id});
}

STORE_TEST("the refunds with an attempt in progress are listed") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const auto insert = [&](RefundState state, std::string failure_code, absl::Time due) {
    const Refund refund = With(SampleRefund(order), [&](RefundFields& f) {
      f.state = state, f.failure_code = std::move(failure_code), f.due_time = due;
    });
    Insert(store, refund);
    return refund->id;
  };
  const RefundId last = insert(RefundState::kProcessing, "", kT0 + absl::Seconds(3));
  const RefundId first = insert(RefundState::kProcessing, "", kT0 + absl::Seconds(2));
  insert(RefundState::kProcessing, "", kT0 + absl::Seconds(1));
  insert(RefundState::kProcessing, "", kT0 + absl::Seconds(4));
  insert(RefundState::kProcessing, "timeout", kT0 + absl::Seconds(2));
  insert(RefundState::kApproved, "", kT0 + absl::Seconds(2));
  const auto leased = [&](int limit) {
    return IdsOf(Get(store, [&](ReadTransaction& tx) {
      return tx.refunds().ListLeased(kT0 + absl::Seconds(1), kT0 + absl::Seconds(3), limit);
    }));
  };
  CHECK(leased(100) == std::vector<RefundId>{first, last});
  CHECK(leased(1) == std::vector<RefundId>{first});
}

}  // namespace
}  // namespace keelson
