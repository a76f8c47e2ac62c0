#include <algorithm>
#include <atomic>
#include <random>
#include <set>

#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

absl::StatusOr<std::vector<User>> List(ReadTransaction& tx, const UserFilter& filter,
                                       std::optional<ListPosition> before, int limit) {
  return tx.users().List(filter, before, limit);
}
absl::StatusOr<std::vector<Order>> List(ReadTransaction& tx, const OrderFilter& filter,
                                        std::optional<ListPosition> before, int limit) {
  return tx.orders().List(filter, before, limit);
}
absl::StatusOr<std::vector<Refund>> List(ReadTransaction& tx, const RefundFilter& filter,
                                         std::optional<ListPosition> before, int limit) {
  return tx.refunds().List(filter, before, limit);
}
absl::StatusOr<std::vector<Message>> List(ReadTransaction& tx, const MessageFilter& filter,
                                          std::optional<ListPosition> before, int limit) {
  return tx.messages().List(filter, before, limit);
}

// Reference implementation of the filters, to which the store's results are compared.
template <typename Filter, typename Fields>
bool HasStateAndTime(const Filter& f, const Fields& e) {
  return (f.states.empty() || std::count(f.states.begin(), f.states.end(), e.state) > 0) &&
         (!f.created_from || e.create_time >= *f.created_from) &&
         (!f.created_before || e.create_time < *f.created_before);
}
bool Matches(const UserFilter& f, const User& u) {
  return HasStateAndTime(f, u.fields()) &&
         (f.email_prefix.empty() ||
          (u->state != UserState::kErased && u->email_key.starts_with(f.email_prefix)));
}
template <typename Filter, typename Fields>
bool HasPaymentAndLabel(const Filter& f, const Fields& e) {
  return (f.payment_reference.empty() || f.payment_reference == e.payment_reference) &&
         (!f.label || (e.labels.contains(f.label->key) && e.labels.at(f.label->key) == f.label->value));
}
bool Matches(const OrderFilter& f, const Order& o) {
  const auto& statuses = f.refund_statuses;
  return HasStateAndTime(f, o.fields()) && HasPaymentAndLabel(f, o.fields()) &&
         (!f.user_id || *f.user_id == o->user_id) && (f.reference.empty() || f.reference == o->reference) &&
         (statuses.empty() || std::count(statuses.begin(), statuses.end(), o->refund_status) > 0);
}
bool Matches(const RefundFilter& f, const Refund& r) {
  return HasStateAndTime(f, r.fields()) && HasPaymentAndLabel(f, r.fields()) &&
         (!f.user_id || *f.user_id == r->user_id) && (!f.order_id || *f.order_id == r->order_id);
}
bool Matches(const MessageFilter& f, const Message& m) {
  return HasStateAndTime(f, m) && (!f.user_id || *f.user_id == m.user_id) &&
         (f.to_key.empty() || f.to_key == m.to_key);
}

template <typename Entity>
std::vector<ListPosition> PositionsOf(const std::vector<Entity>& entities) {
  std::vector<ListPosition> positions;
  for (const Entity& entity : entities) positions.push_back(PositionOf(entity));
  return positions;
}

template <typename Filter, typename Entity>
std::vector<ListPosition> Expected(const Filter& filter, std::vector<Entity> all) {
  std::erase_if(all, [&](const Entity& entity) { return !Matches(filter, entity); });
  std::vector<ListPosition> positions = PositionsOf(all);
  std::sort(positions.rbegin(), positions.rend());
  return positions;
}

// Returns the positions of the rows on all pages. `meanwhile` runs after each page.
template <typename Filter>
std::vector<ListPosition> AllPages(
    Store& store, const Filter& filter, int limit, const std::function<void()>& meanwhile = [] {}) {
  std::vector<ListPosition> seen;
  std::optional<ListPosition> before;
  while (true) {
    const auto page =
        PositionsOf(Get(store, [&](ReadTransaction& tx) { return List(tx, filter, before, limit); }));
    REQUIRE(page.size() <= static_cast<std::size_t>(limit));
    if (page.empty()) return seen;
    seen.insert(seen.end(), page.begin(), page.end());
    before = page.back();
    meanwhile();
  }
}

// Returns sets of states to filter by: none, all, each single state, and a pair.
template <typename State>
std::vector<std::vector<State>> Choices(State last) {
  std::vector<std::vector<State>> choices = {{}, {}};
  for (int number = 1; number <= static_cast<int>(last); ++number) {
    choices[1].push_back(static_cast<State>(number));
    choices.push_back({static_cast<State>(number)});
  }
  choices.push_back({last, static_cast<State>(1)});
  return choices;
}

// Checks the list for every combination of states and of creation time bounds.
template <typename Filter, typename State, typename Entity>
void CheckCombinations(Store& store, Filter filter, State last, const std::vector<Entity>& all) {
  for (const std::vector<State>& states : Choices(last)) {
    for (const int from : {-1, 0, 2}) {
      for (const int before : {-1, 0, 3, 4}) {
        filter.states = states;
        if (from >= 0) filter.created_from = kT0 + absl::Microseconds(from);
        if (before >= 0) filter.created_before = kT0 + absl::Microseconds(before);
        CAPTURE(states.size(), from, before);
        CHECK(AllPages(store, filter, 7) == Expected(filter, all));
        filter.created_from = filter.created_before = std::nullopt;
      }
    }
  }
}

// Random users, orders, refunds and messages in every state. Many rows have the same owner, and many have the
// same creation time.
struct Goods {
  explicit Goods(Store& store);

  const Seed seed{20260101};
  std::vector<User> users;
  std::vector<Order> orders;
  std::vector<Refund> refunds;
  std::vector<Message> messages;
};

Goods::Goods(Store& store) {
  std::mt19937 random(seed.value());
  const auto number = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  const auto spread = [&](auto& f, auto last) {
    f.state = static_cast<decltype(last)>(1 + number(static_cast<int>(last)));
    f.create_time = kT0 + absl::Microseconds(number(5));
  };
  const auto mark = [&](auto& f) {
    f.payment_reference = number(4) == 0 ? "" : absl::StrCat("pay-", number(3));
    if (number(3) > 0) f.labels["channel"] = number(2) == 0 ? "web" : "app";
    if (number(3) == 0) f.labels["k\"\\\n$.ü"] = "web";
  };
  const std::string names[] = {"ada", "adam", "bob", "b%b", "böb", "zoë"};
  for (int i = 0; i < 60; ++i) {
    const std::string key = absl::StrCat(names[number(6)], i, "@example.com");
    users.push_back(With(SampleUser(key), [&](UserFields& f) { spread(f, UserState::kErased); }));
  }
  for (int i = 0; i < 60; ++i) {
    orders.push_back(With(SampleOrder(users[static_cast<std::size_t>(number(3))]->id), [&](OrderFields& f) {
      spread(f, OrderState::kCancelled);
      mark(f);
      f.refund_status = static_cast<RefundStatus>(1 + number(3));
      if (number(2) == 0) f.reference = absl::StrCat("shop-", i);
    }));
  }
  for (int i = 0; i < 60; ++i) {
    refunds.push_back(With(SampleRefund(orders[static_cast<std::size_t>(number(6))]), [&](RefundFields& f) {
      spread(f, RefundState::kCancelled);
      mark(f);
    }));
  }
  for (int i = 0; i < 60; ++i) {
    const int user = number(4);
    Message& message = messages.emplace_back(
        SampleMessage(user == 3 ? UserId() : users[static_cast<std::size_t>(user)]->id));
    spread(message, MessageState::kCancelled);
    if (message.state >= MessageState::kSent) message.end_time = kT0;
    message.to_key = absl::StrCat(names[number(3)], "@example.com");
  }
  std::shuffle(users.begin(), users.end(), random);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status;
    for (const User& user : users) status.Update(tx.users().Insert(user, "$argon2id$hash"));
    for (const Order& order : orders) status.Update(tx.orders().Insert(order));
    for (const Refund& refund : refunds) status.Update(tx.refunds().Insert(refund));
    for (const Message& message : messages) status.Update(tx.messages().Insert(message));
    return status;
  }));
}

STORE_TEST("every combination of filters lists each of the matching users once and in order") {
  const Goods goods(fixture.store());
  for (const char* prefix : {"", "a", "ada", "adam", "b", "b%", "b_", "bö", "zoë", "zoë1", "zz", "~"}) {
    CAPTURE(prefix);
    UserFilter filter;
    filter.email_prefix = prefix;
    CheckCombinations(fixture.store(), filter, UserState::kErased, goods.users);
  }
}

STORE_TEST("every combination of filters lists each of the matching orders once and in order") {
  const Goods goods(fixture.store());
  CheckCombinations(fixture.store(), OrderFilter(), OrderState::kCancelled, goods.orders);
  for (const std::size_t user : {0U, 1U, 59U}) {
    OrderFilter filter;
    filter.user_id = goods.users[user]->id;
    CheckCombinations(fixture.store(), filter, OrderState::kCancelled, goods.orders);
  }
  OrderFilter filter;
  filter.user_id = goods.orders[0]->user_id;
  CheckCombinations(fixture.store(), filter, OrderState::kCancelled, goods.orders);
}

STORE_TEST("every combination of filters lists each of the matching refunds once and in order") {
  const Goods goods(fixture.store());
  const Refund& first = goods.refunds[0];
  for (const std::optional<UserId> user :
       {std::optional<UserId>(), std::optional(first->user_id), std::optional(goods.users[59]->id)}) {
    for (const std::optional<OrderId> order :
         {std::optional<OrderId>(), std::optional(first->order_id), std::optional(goods.orders[59]->id)}) {
      RefundFilter filter;
      filter.user_id = user;
      filter.order_id = order;
      CheckCombinations(fixture.store(), filter, RefundState::kCancelled, goods.refunds);
    }
  }
}

// Labels to filter by: none, a label of several rows, a label with special characters, and two of no row.
const std::optional<Label> kLabelChoices[] = {std::nullopt, Label{"channel", "web"},
                                              Label{"k\"\\\n$.ü", "web"}, Label{"channel", ""},
                                              Label{"nothing", "web"}};

STORE_TEST("orders are filtered by payment, label and refund status in every combination") {
  using enum RefundStatus;
  const Goods goods(fixture.store());
  const std::vector<RefundStatus> statuses[] = {{},
                                                {kNotRefunded},
                                                {kFullyRefunded},
                                                {kPartiallyRefunded, kFullyRefunded},
                                                {kFullyRefunded, kNotRefunded}};
  for (const std::optional<UserId>& user : {std::optional<UserId>(), std::optional(goods.users[0]->id)}) {
    for (const char* payment : {"", "pay-1", "pay-9"}) {
      for (const std::optional<Label>& label : kLabelChoices) {
        for (const std::vector<RefundStatus>& wanted : statuses) {
          CAPTURE(user.has_value(), payment, label ? label->key : "", wanted.size());
          OrderFilter filter;
          filter.user_id = user;
          filter.payment_reference = payment;
          filter.label = label;
          filter.refund_statuses = wanted;
          filter.created_from = kT0 + absl::Microseconds(1);
          for (const std::vector<OrderState>& states : Choices(OrderState::kCancelled)) {
            filter.states = states;
            CHECK(AllPages(fixture.store(), filter, 3) == Expected(filter, goods.orders));
          }
        }
      }
    }
  }
}

STORE_TEST("a list by reference has the order with the reference if the other filters match the order") {
  const Goods goods(fixture.store());
  const auto named = std::find_if(goods.orders.begin(), goods.orders.end(),
                                  [](const Order& order) { return !order->reference.empty(); });
  REQUIRE(named != goods.orders.end());
  OrderFilter of_reference;
  of_reference.reference = (*named)->reference;
  CHECK(AllPages(fixture.store(), of_reference, 1) == std::vector{PositionOf(*named)});
  const auto check = [&](auto restrict) {
    OrderFilter filter = of_reference;
    restrict(filter);
    CHECK(AllPages(fixture.store(), filter, 10) == Expected(filter, goods.orders));
  };
  for (const Order& order : goods.orders) {
    check([&](OrderFilter& f) { f.user_id = order->user_id; });
    check([&](OrderFilter& f) { f.states = {order->state}; });
    check([&](OrderFilter& f) { f.refund_statuses = {order->refund_status}; });
    check([&](OrderFilter& f) { f.payment_reference = order->payment_reference; });
    check([&](OrderFilter& f) { f.created_from = order->create_time; });
    check([&](OrderFilter& f) { f.created_before = order->create_time; });
    check([&](OrderFilter& f) { f.reference = order->reference + "x"; });
  }
  for (const std::optional<Label>& label : kLabelChoices) check([&](OrderFilter& f) { f.label = label; });
}

STORE_TEST("refunds are filtered by payment and label in every combination") {
  const Goods goods(fixture.store());
  const Refund& first = goods.refunds[0];
  for (const std::optional<UserId>& user : {std::optional<UserId>(), std::optional(first->user_id)}) {
    for (const std::optional<OrderId>& order : {std::optional<OrderId>(), std::optional(first->order_id)}) {
      for (const char* payment : {"", "pay-1", "pay-9"}) {
        for (const std::optional<Label>& label : kLabelChoices) {
          CAPTURE(user.has_value(), order.has_value(), payment, label ? label->key : "");
          RefundFilter filter;
          filter.user_id = user;
          filter.order_id = order;
          filter.payment_reference = payment;
          filter.label = label;
          filter.created_before = kT0 + absl::Microseconds(4);
          for (const std::vector<RefundState>& states : Choices(RefundState::kCancelled)) {
            filter.states = states;
            CHECK(AllPages(fixture.store(), filter, 3) == Expected(filter, goods.refunds));
          }
        }
      }
    }
  }
}

STORE_TEST("lists by label, payment and refund status reflect updates, and not updates that failed") {
  Store& store = fixture.store();
  const Order order = With(SampleOrder(StoredUser(store)->id), [](OrderFields& f) {
    f.labels = {{"channel", "web"}, {"desk", "7"}};
    f.payment_reference = "";
    f.state = OrderState::kPending;
  });
  Refund refund = With(SampleRefund(order), [](RefundFields& f) { f.labels = {{"desk", "7"}}; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = tx.orders().Insert(order);
    status.Update(tx.refunds().Insert(refund));
    return status;
  }));
  const auto counts = [&] {
    OrderFilter paid;
    paid.label = {"desk", "7"};
    paid.states = {OrderState::kPaid};
    OrderFilter of_payment;
    of_payment.payment_reference = "pay-7";
    OrderFilter refunded;
    refunded.refund_statuses = {RefundStatus::kFullyRefunded};
    RefundFilter succeeded;
    succeeded.label = {"desk", "7"};
    succeeded.states = {RefundState::kSucceeded};
    return std::vector{AllPages(store, paid, 10).size(), AllPages(store, of_payment, 10).size(),
                       AllPages(store, refunded, 10).size(), AllPages(store, succeeded, 10).size()};
  };
  CHECK(counts() == std::vector<std::size_t>{0, 0, 0, 0});
  const auto settle = [&](WriteTransaction& tx) {
    absl::Status status = tx.orders().Update(With(order, [](OrderFields& f) {
      f.state = OrderState::kPaid;
      f.payment_reference = "pay-7";
      f.refund_status = RefundStatus::kFullyRefunded;
    }));
    status.Update(tx.refunds().Update(
        With(refund, [](RefundFields& f) { f.state = RefundState::kSucceeded, f.due_time = std::nullopt; })));
    return status;
  };
  CHECK(absl::IsCancelled(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = settle(tx);
    status.Update(absl::CancelledError("enough"));
    return status;
  })));
  CHECK(counts() == std::vector<std::size_t>{0, 0, 0, 0});
  REQUIRE_OK(Write(store, settle));
  CHECK(counts() == std::vector<std::size_t>{1, 1, 1, 1});
}

STORE_TEST("every combination of filters lists each of the matching messages once and in order") {
  const Goods goods(fixture.store());
  const std::optional<UserId> users[] = {{}, UserId(), goods.messages[0].user_id, UserId(NextSampleUuid())};
  for (const std::optional<UserId>& user : users) {
    for (const char* key : {"", "ada@example.com", "adam@example.com", "bob", "BOB@example.com"}) {
      CAPTURE(key);
      MessageFilter filter;
      filter.user_id = user;
      filter.to_key = key;
      CheckCombinations(fixture.store(), filter, MessageState::kCancelled, goods.messages);
    }
  }
}

STORE_TEST("a list accepts any limit and any position") {
  Store& store = fixture.store();
  const Goods goods(store);
  const std::vector<ListPosition> all = Expected(OrderFilter(), goods.orders);
  for (const int limit : {1, 2, 59, 60, 61, 1001}) CHECK(AllPages(store, OrderFilter(), limit) == all);
  const auto from = [&](std::optional<ListPosition> before, int limit) {
    return PositionsOf(
        Get(store, [&](ReadTransaction& tx) { return List(tx, OrderFilter(), before, limit); }));
  };
  CHECK(from(std::nullopt, 0).empty());
  CHECK(from(std::nullopt, -1).empty());
  Uuid last;
  last.fill(0xff);
  CHECK(from(ListPosition{kT0 + absl::Hours(1), {}}, 100) == all);
  CHECK(from(ListPosition{kT0 + absl::Microseconds(4), last}, 100) == all);
  CHECK(from(ListPosition{kT0, {}}, 100).empty());
  CHECK(from(ListPosition{absl::UnixEpoch() - absl::Hours(1), last}, 100).empty());
  // The position of a row that does not exist.
  const ListPosition between{kT0 + absl::Microseconds(2), {}};
  const auto rest = std::find_if(all.begin(), all.end(), [&](const auto& p) { return p < between; });
  CHECK(from(between, 100) == std::vector(rest, all.end()));
}

STORE_TEST("a list reflects changes of states and of e-mail addresses") {
  Store& store = fixture.store();
  const User user = StoredUser(store, "ada@example.com");
  UserFilter active;
  active.states = {UserState::kActive};
  active.email_prefix = "ada@";
  CHECK(AllPages(store, active, 10) == std::vector{PositionOf(user)});
  const auto update = [&](auto change) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(With(user, change)); }));
  };
  update([](UserFields& f) { f.email_key = "eve@example.com"; });
  CHECK(AllPages(store, active, 10).empty());
  active.email_prefix = "eve@";
  CHECK(AllPages(store, active, 10) == std::vector{PositionOf(user)});
  update([](UserFields& f) { f.state = UserState::kSuspended; });
  active.email_prefix = "";
  CHECK(AllPages(store, active, 10).empty());
  active.states = {UserState::kSuspended};
  CHECK(AllPages(store, active, 10) == std::vector{PositionOf(user)});

  const Order order = SampleOrder(user->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  OrderFilter cancelled;
  cancelled.user_id = user->id;
  cancelled.states = {OrderState::kCancelled};
  CHECK(AllPages(store, cancelled, 10).empty());
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    return tx.orders().Update(With(order, [](OrderFields& f) { f.state = OrderState::kCancelled; }));
  }));
  CHECK(AllPages(store, cancelled, 10) == std::vector{PositionOf(order)});
}

STORE_TEST("a list of messages reflects changes of the messages' states") {
  Store& store = fixture.store();
  const Message message = SampleMessage(StoredUser(store)->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
  const auto is_listed = [&](MessageState state) {
    const MessageFilter of_user{{state}, message.user_id, ""};
    const MessageFilter of_address{{state}, {}, message.to_key};
    const auto listed = AllPages(store, MessageFilter{{state}, {}, ""}, 10);
    CHECK(AllPages(store, of_user, 10) == listed);
    CHECK(AllPages(store, of_address, 10) == listed);
    return listed == std::vector{PositionOf(message)};
  };
  CHECK(is_listed(MessageState::kQueued));
  Message claimed;
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    auto messages = tx.messages().Claim(kT0, kT0 + absl::Hours(1), 1);
    if (messages.ok()) claimed = messages->at(0);
    return messages.status();
  }));
  CHECK(!is_listed(MessageState::kQueued));
  CHECK(is_listed(MessageState::kSending));
  EndMessage(claimed, MessageState::kSent, kT0);
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.messages().Save({&claimed, 1}); }).at(0));
  CHECK(!is_listed(MessageState::kSending));
  CHECK(is_listed(MessageState::kSent));
}

STORE_TEST("rows of a failed unit of work are not listed") {
  Store& store = fixture.store();
  const User user = StoredUser(store);
  CHECK(absl::IsCancelled(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = tx.users().Insert(SampleUser("b@example.com"), "$argon2id$hash");
    status.Update(tx.orders().Insert(SampleOrder(user->id)));
    status.Update(absl::CancelledError("enough"));
    return status;
  })));
  CHECK(AllPages(store, UserFilter(), 10) == std::vector{PositionOf(user)});
  CHECK(AllPages(store, OrderFilter(), 10).empty());
}

STORE_TEST("FindMany returns every existing user once") {
  Store& store = fixture.store();
  std::vector<UserId> ids;
  for (const char* name : {"a", "b", "c"}) ids.push_back(StoredUser(store, name)->id);
  std::set<UserId> there(ids.begin(), ids.end());
  const auto find = [&](const std::vector<UserId>& asked) {
    return Get(store, [&](ReadTransaction& tx) { return tx.users().FindMany(asked); });
  };
  CHECK(find({}).empty());
  CHECK(find({UserId(NextSampleUuid())}).empty());
  ids.push_back(UserId(NextSampleUuid()));
  ids.push_back(ids[0]);
  const std::vector<User> found = find(ids);
  CHECK(found.size() == 3);
  for (const User& user : found) {
    CHECK(there.erase(user->id) == 1);
    const auto alone = Get(store, [&](ReadTransaction& tx) { return tx.users().Find(user->id); });
    CHECK(user.fields() == alone->fields());
  }
  for (int i = 0; i < 996; ++i) ids.push_back(UserId(NextSampleUuid()));
  CHECK(find(ids).size() == 3);
}

// Inserts one user after each read page. The creation times lie before, between and after the creation times
// of existing users.
void InsertUsers(Store& store, const std::string& name, const std::atomic<int>& pages,
                 const std::atomic<bool>& stop, std::atomic<int>& inserted) {
  for (int i = 0; !stop;) {
    if (i >= pages) {
      std::this_thread::yield();
      continue;
    }
    const User user = With(SampleUser(absl::StrCat(name, i++)),
                           [&](UserFields& f) { f.create_time = kT0 + absl::Microseconds(i * 7 % 70 - 20); });
    Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(user, "$hash"); }).IgnoreError();
    ++inserted;  // the test compares this with the length of the list
  }
}

STORE_TEST("during concurrent inserts, the pages of a list contain each existing row exactly once") {
  Store& store = fixture.store();
  std::set<ListPosition> there;
  for (int i = 0; i < 150; ++i) {
    const User user = With(SampleUser(absl::StrCat("there", i)),
                           [&](UserFields& f) { f.create_time = kT0 + absl::Microseconds(i % 30); });
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(user, "$hash"); }));
    there.insert(PositionOf(user));
  }
  std::atomic<int> pages{0};
  std::atomic<bool> stop{false};
  std::atomic<int> inserted{0};
  std::vector<std::thread> others;
  for (const char* name : {"x", "y", "z"}) {
    others.emplace_back([&, name] { InsertUsers(store, name, pages, stop, inserted); });
  }
  // Lets every thread insert one more user, concurrently with the next page.
  const auto let_insert = [&] {
    ++pages;
    while (inserted < 3 * (pages - 1)) std::this_thread::yield();
  };
  UserFilter active;
  active.states = {UserState::kActive};
  std::vector<std::vector<ListPosition>> lists;
  for (const UserFilter& filter : {UserFilter(), active, UserFilter()}) {
    lists.push_back(AllPages(store, filter, 7, let_insert));
  }
  stop = true;
  for (std::thread& other : others) other.join();
  CHECK(lists.back().size() > there.size());
  CHECK(AllPages(store, UserFilter(), 7).size() == there.size() + static_cast<std::size_t>(inserted));
  for (const std::vector<ListPosition>& seen : lists) {
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    const std::set<ListPosition> once(seen.begin(), seen.end());
    CHECK(std::includes(once.begin(), once.end(), there.begin(), there.end()));
  }
}

}  // namespace
}  // namespace keelson
