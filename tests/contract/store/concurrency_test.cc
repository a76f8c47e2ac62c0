#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "core/accounts/email_change.h"
#include "core/accounts/user_repository.h"
#include "core/accounts/user_steps.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/sessions/end_sessions.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/real_clock.h"

namespace keelson {
namespace {

// Reserves an amount of 1 for a refund of the order.
absl::Status HoldOne(WriteTransaction& tx, OrderId id) {
  Found<Order> order = tx.orders().FindForUpdate(id);
  if (!order.ok()) return order.status();
  if ((*order)->refundable() < 1) return MakeError(Reason::kRefundNotAllowed, "nothing is left");
  return tx.orders().Update(With(**order, [](OrderFields& f) { ++f.refund_pending, ++f.version; }));
}

STORE_TEST("concurrent refunds never reserve more than was paid, and no reservation is lost") {
  Store& store = fixture.store();
  const Order order =
      With(SampleOrder(StoredUser(store)->id), [](OrderFields& f) { f.total = f.paid = 250; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  std::atomic<int> held{0};
  std::atomic<int> refused{0};
  InParallel(16, [&](int) {
    for (int i = 0; i < 20; ++i) {
      const absl::Status status = Write(store, [&](WriteTransaction& tx) { return HoldOne(tx, order->id); });
      if (status.ok()) ++held;
      if (HasReason(status, Reason::kRefundNotAllowed)) ++refused;
    }
  });
  CHECK(held == 250);
  CHECK(refused == 16 * 20 - 250);
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK((*found)->refund_pending == 250);
  CHECK((*found)->version == 251);
}

STORE_TEST("concurrent transactions that find or insert a setting get the same value") {
  Store& store = fixture.store();
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    std::mutex mutex;
    std::set<std::string> values;
    InParallel(8, [&](int thread) {
      absl::StatusOr<std::string> value;
      const absl::Status status = Write(store, [&](WriteTransaction& tx) {
        value = tx.settings().FindOrInsert(name, std::to_string(thread));
        return value.status();
      });
      const std::lock_guard lock(mutex);
      values.insert(status.ok() ? *value : status.ToString());
    });
    CHECK(values.size() == 1);
    CHECK(values.contains(Do(store, [&](WriteTransaction& tx) { return tx.settings().Find(name); }).value()));
  }
}

STORE_TEST("concurrent transactions that lock many orders lose no update") {
  Store& store = fixture.store();
  std::vector<OrderId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(StoredOrder(store, std::to_string(i))->id);
  std::atomic<int> failed{0};
  InParallel(8, [&](int thread) {
    std::vector<OrderId> mine = ids;
    std::rotate(mine.begin(), mine.begin() + thread, mine.end());
    for (int i = 0; i < 10; ++i) {
      const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
        const absl::StatusOr<std::vector<Order>> found = tx.orders().FindManyForUpdate(mine);
        absl::Status kept = found.status();
        for (std::size_t n = 0; kept.ok() && n < found->size(); ++n) {
          kept = tx.orders().Update(With((*found)[n], [](OrderFields& f) { ++f.version; }));
        }
        return kept;
      });
      if (!status.ok()) ++failed;
    }
  });
  CHECK(failed == 0);
  for (const Order& order :
       Do(store, [&](WriteTransaction& tx) { return tx.orders().FindManyForUpdate(ids); })) {
    CHECK(order->version == 81);
  }
}

STORE_TEST("exactly one of many concurrent registrations of one address succeeds") {
  Store& store = fixture.store();
  std::atomic<int> registered{0};
  std::atomic<int> taken{0};
  InParallel(32, [&](int) {
    const absl::Status status = Write(
        store, [&](WriteTransaction& tx) { return tx.users().Insert(SampleUser("a@example.com"), "$hash"); });
    if (status.ok()) ++registered;
    if (HasReason(status, Reason::kEmailTaken)) ++taken;
  });
  CHECK(registered == 1);
  CHECK(taken == 31);
}

STORE_TEST("exactly one of many concurrent changes to one address succeeds") {
  Store& store = fixture.store();
  std::vector<User> users;
  for (int i = 0; i < 16; ++i) users.push_back(StoredUser(store, std::to_string(i)));
  std::atomic<int> changed{0};
  std::atomic<int> taken{0};
  InParallel(16, [&](int thread) {
    const User user = With(users[static_cast<std::size_t>(thread)],
                           [](UserFields& f) { f.email_key = "a@example.com", ++f.version; });
    const absl::Status status = Write(store, [&](WriteTransaction& tx) { return tx.users().Update(user); });
    if (status.ok()) ++changed;
    if (HasReason(status, Reason::kEmailTaken)) ++taken;
  });
  CHECK(changed == 1);
  CHECK(taken == 15);
}

STORE_TEST("exactly one of many concurrent confirmations of one e-mail change succeeds") {
  Store& store = fixture.store();
  RealClock clock;
  const User user = StoredUser(store, "old@example.com");
  const EmailToken token{
      Sha256("T"),      user->id, TokenPurpose::kChangeEmail, user->email_key, clock.Now() + absl::Hours(1),
      "new@example.com"};
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); }));
  std::atomic<int> confirmed{0};
  std::atomic<int> invalid{0};
  InParallel(20, [&](int) {
    const CallContext context{"web", "", "", Deadline::Never()};
    const absl::Status status = ConfirmEmailChange(store, clock).Handle(context, Secret("T")).status();
    if (status.ok()) ++confirmed;
    if (HasReason(status, Reason::kTokenInvalid)) ++invalid;
  });
  CHECK(confirmed == 1);
  CHECK(invalid == 19);
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.users().Find(user->id); });
  CHECK((*found)->email == "new@example.com");
  CHECK((*found)->version == user->version + 1);
}

STORE_TEST("a user is DELETED after concurrent SuspendUser and DeleteUser calls, and no change is lost") {
  Store& store = fixture.store();
  RealClock clock;
  EndSessions end_sessions({});
  const UserId id = StoredUser(store)->id;
  const UserStepCommand command{"", id.ToString(), "", ""};
  std::atomic<int> suspended{0};
  std::atomic<int> deleted{0};
  InParallel(8, [&](int thread) {
    const CallContext context{"web", "", "", Deadline::Never()};
    if (thread == 0) {
      deleted += DeleteUser(store, clock, end_sessions, {}).Handle(context, command).ok() ? 1 : 0;
    } else {
      suspended += SuspendUser(store, clock, end_sessions).Handle(context, command).ok() ? 1 : 0;
    }
  });
  CHECK(deleted == 1);
  CHECK(suspended <= 1);
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.users().Find(id); });
  CHECK((*found)->state == UserState::kDeleted);
  CHECK((*found)->suspend_time.has_value() == (suspended == 1));
  CHECK((*found)->version == 2 + suspended);
}

STORE_TEST("a failed unit of work does not affect concurrent units of work") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  std::atomic<int> wrong{0};
  InParallel(32, [&](int thread) {
    for (int i = 0; i < 10; ++i) {
      const bool breaks = (thread + i) % 2 == 0;
      const User user = SampleUser(std::to_string(thread) + "-" + std::to_string(i));
      const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
        absl::Status inserted = tx.users().Insert(user, "$hash");
        if (!inserted.ok() || !breaks) return inserted;
        return tx.orders().Update(With(order, [](OrderFields& f) { f.refunded = 1'000; }));
      });
      Found<User> found = std::nullopt;
      const absl::Status read = store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
        found = tx.users().Find(user->id);
        return found.status();
      });
      if (status.ok() == breaks || !read.ok() || found->has_value() == breaks) ++wrong;
    }
  });
  CHECK(wrong == 0);
}

STORE_TEST("concurrent claims never return the same message") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  constexpr std::size_t kMessages = 100;
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status;
    for (std::size_t i = 0; i < kMessages; ++i) status.Update(tx.messages().Insert(SampleMessage(user)));
    return status;
  }));
  std::mutex mutex;
  std::vector<MessageId> claimed;
  InParallel(6, [&](int) {
    while (true) {
      absl::StatusOr<std::vector<Message>> mine = absl::UnknownError("did not run");
      Write(store, [&](WriteTransaction& tx) {
        mine = tx.messages().Claim(kT0, kT0 + absl::Hours(1), 3);
        return mine.status();
      }).IgnoreError();
      if (!mine.ok() || mine->empty()) return;
      const std::lock_guard lock(mutex);
      for (const Message& message : *mine) claimed.push_back(message.id);
    }
  });
  CHECK(claimed.size() == kMessages);
  CHECK(std::set<MessageId>(claimed.begin(), claimed.end()).size() == kMessages);
}

STORE_TEST("readers never see part of a unit of work while writers run") {
  Store& store = fixture.store();
  const User user = StoredUser(store);
  const Order order = SampleOrder(user->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::thread writer([&] {
    for (std::int64_t version = 2; version < 300; ++version) {
      Write(store, [&](WriteTransaction& tx) -> absl::Status {
        absl::Status status = tx.users().Update(With(user, [&](UserFields& f) { f.version = version; }));
        if (!status.ok()) return status;
        return tx.orders().Update(With(order, [&](OrderFields& f) { f.version = version; }));
      }).IgnoreError();
    }
    stop = true;
  });
  InParallel(4, [&](int) {
    while (!stop) {
      const absl::Status status = store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
        const Found<User> u = tx.users().Find(user->id);
        const Found<Order> o = tx.orders().Find(order->id);
        if (!u.ok() || !o.ok() || !*u || !*o) return absl::UnknownError("not found");
        return (**u)->version == (**o)->version ? absl::OkStatus() : absl::AbortedError("torn");
      });
      if (!status.ok()) ++torn;
    }
  });
  writer.join();
  CHECK(torn == 0);
}

}  // namespace
}  // namespace keelson
