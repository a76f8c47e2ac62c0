#include <atomic>

#include "absl/synchronization/notification.h"
#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

bool Exists(Store& store, UserId id) {
  return Get(store, [&](ReadTransaction& tx) { return tx.users().Find(id); }).has_value();
}

STORE_TEST("a failed unit of work leaves no change in any table") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const User user = SampleUser("new@example.com");
  const Refund refund = SampleRefund(order);
  const Message message = SampleMessage(user->id);
  const Session session = SampleSession(user->id);
  const IdempotencyRecord record{Fingerprint{1}, Fingerprint{2}, "answer", kT0};
  const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status all = tx.users().Insert(user, "$argon2id$hash");
    all.Update(tx.refunds().Insert(refund));
    all.Update(tx.orders().Update(With(order, [](OrderFields& f) { f.refund_pending = 3; })));
    all.Update(tx.messages().Insert(message));
    all.Update(tx.events().Append(SampleEvent("x")));
    all.Update(tx.idempotency().Insert(record));
    all.Update(tx.settings().FindOrInsert("name", "value").status());
    all.Update(tx.cooldowns().TryStart(Fingerprint{3}, kT0, kT0 + absl::Hours(1)).status());
    all.Update(tx.tokens().Put({Sha256Digest{4}, user->id, TokenPurpose::kVerifyEmail, "k", kT0}));
    all.Update(tx.sessions().Insert(session));
    all.Update(tx.throttles().Put({Fingerprint{5}, 1, kT0, kT0}));
    all.Update(tx.users().SetPasswordHash(order->user_id, "$new"));
    return all.ok() ? MakeError(Reason::kRefundNotAllowed, "changed its mind") : all;
  });
  CHECK(HasReason(status, Reason::kRefundNotAllowed));
  CHECK(status.message() == "changed its mind");
  CHECK(!Exists(store, user->id));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); }));
  CHECK(Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); })->fields() ==
        order.fields());
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.messages().Find(message.id); }));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.messages().AnyDue(kT0); }));
  CHECK(AllEvents(store).empty());
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(record.key); }));
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.settings().Find("name"); }));
  CHECK(Do(store, [&](WriteTransaction& tx) {
    return tx.cooldowns().TryStart(Fingerprint{3}, kT0, kT0 + absl::Hours(1));
  }));
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(Sha256Digest{4}); }));
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.sessions().FindForUpdate(session->id); }));
  CHECK(Get(store, [&](ReadTransaction& tx) { return tx.sessions().List(user->id, {}, 10); }).empty());
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.throttles().FindForUpdate(Fingerprint{5}); }));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.users().FindPasswordHash(order->user_id); }) ==
        "$argon2id$hash");
  StoredUser(store, "new@example.com");
}

STORE_TEST("nothing is committed after a repository's error, even if the closure returns OK") {
  Store& store = fixture.store();
  const User first = StoredUser(store, "a@example.com");
  const User second = SampleUser("b@example.com");
  const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
    tx.users().Insert(SampleUser("a@example.com"), "$argon2id$hash").IgnoreError();
    tx.users().Insert(second, "$argon2id$hash").IgnoreError();
    return absl::OkStatus();
  });
  CHECK(HasReason(status, Reason::kEmailTaken));
  CHECK(!Exists(store, second->id));
}

STORE_TEST(
    "a unit of work sees its own writes, and other transactions see these writes after Write has returned") {
  Store& store = fixture.store();
  const User user = SampleUser("a@example.com");
  bool seen = false;
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.users().Insert(user, "$argon2id$hash");
    if (status.ok()) seen = tx.users().FindByEmailKeyForUpdate("a@example.com")->has_value();
    return status;
  }));
  CHECK(seen);
  CHECK(Exists(store, user->id));
}

STORE_TEST("every thread reads its own writes immediately") {
  Store& store = fixture.store();
  std::atomic<int> missed{0};
  InParallel(8, [&](int thread) {
    for (int i = 0; i < 40; ++i) {
      const User user = SampleUser(std::to_string(thread) + "-" + std::to_string(i));
      absl::Status status =
          Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(user, "$argon2id$hash"); });
      bool found = false;
      status.Update(store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
        const Found<User> result = tx.users().Find(user->id);
        found = result.ok() && result->has_value();
        return result.status();
      }));
      if (!status.ok() || !found) ++missed;
    }
  });
  CHECK(missed == 0);
}

STORE_TEST("all queries of a read see the same snapshot") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  std::vector<std::thread> writers;
  std::atomic<int> written{0};
  std::int64_t first = -1;
  std::int64_t second = -2;
  REQUIRE_OK(store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
    const Found<Order> before = tx.orders().Find(order->id);
    if (!before.ok()) return before.status();
    writers.emplace_back([&] {
      Write(store, [&, pending = ++written](WriteTransaction& tx_of_writer) {
        return tx_of_writer.orders().Update(With(order, [&](OrderFields& f) { f.refund_pending = pending; }));
      }).IgnoreError();
    });
    absl::SleepFor(absl::Milliseconds(50));
    const Found<Order> after = tx.orders().Find(order->id);
    if (!after.ok()) return after.status();
    first = (*before)->fields().refund_pending;
    second = (*after)->fields().refund_pending;
    return absl::OkStatus();
  }));
  for (std::thread& writer : writers) writer.join();
  CHECK(first == second);
  const auto last = Get(store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK(last->fields().refund_pending == written);
}

STORE_TEST("Read returns the closure's error unchanged") {
  const absl::Status status = fixture.store().Read(
      Deadline::Never(), [](ReadTransaction&) { return MakeError(Reason::kUserNotFound, "no such user"); });
  CHECK(HasReason(status, Reason::kUserNotFound));
  CHECK(status.message() == "no such user");
}

STORE_TEST("a closure does not start after its deadline") {
  Store& store = fixture.store();
  bool ran = false;
  const Deadline past = Deadline::After(absl::ZeroDuration());
  CHECK(absl::IsDeadlineExceeded(store.Write(past, [&](WriteTransaction&) {
    ran = true;
    return absl::OkStatus();
  })));
  CHECK(absl::IsDeadlineExceeded(store.Read(past, [&](ReadTransaction&) {
    ran = true;
    return absl::OkStatus();
  })));
  CHECK(!ran);
}

STORE_TEST("a closure that was queued until its deadline does not start") {
  if (!fixture.one_writer()) return;
  Store& store = fixture.store();
  absl::Notification begun;
  const Deadline deadline = Deadline::After(absl::Milliseconds(100));
  std::thread slow([&] {
    Write(store, [&](WriteTransaction&) {
      begun.Notify();
      while (!deadline.expired()) absl::SleepFor(absl::Milliseconds(1));
      return absl::OkStatus();
    }).IgnoreError();
  });
  begun.WaitForNotification();
  bool ran = false;
  const absl::Status status = store.Write(deadline, [&](WriteTransaction&) {
    ran = true;
    return absl::OkStatus();
  });
  slow.join();
  CHECK(absl::IsDeadlineExceeded(status));
  CHECK(!ran);
}

// A call of a batch that finds a user by id.
struct Lookup {
  UserId id;
  Deadline deadline = Deadline::Never();
  absl::Status status = {};
  std::optional<User> found = {};

  ReadCall call(Store& store) {
    return {deadline, [this, &store] {
              status = store.Read(deadline, [this](ReadTransaction& tx) -> absl::Status {
                Found<User> result = tx.users().Find(id);
                if (result.ok()) found = *std::move(result);
                return result.status();
              });
            }};
  }
};

STORE_TEST("each read of a batch finds its own row and earlier writes") {
  Store& store = fixture.store();
  std::vector<Lookup> lookups;
  for (int i = 0; i < 70; ++i) {
    // Every third user does not exist.
    const std::string email = std::to_string(i) + "@example.com";
    lookups.push_back({i % 3 == 0 ? SampleUser(email)->id : StoredUser(store, email)->id});
  }
  std::vector<ReadCall> calls;
  for (Lookup& lookup : lookups) calls.push_back(lookup.call(store));
  RunBatch(store, calls);
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    REQUIRE_OK(lookups[i].status);
    REQUIRE(lookups[i].found.has_value() == (i % 3 != 0));
    if (lookups[i].found) CHECK((*lookups[i].found)->id == lookups[i].id);
  }
}

STORE_TEST("a call of a batch may read several rows, call Read several times or never, or fail") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const UserId owner = order.fields().user_id;
  std::optional<User> user_of_order;
  std::vector<User> many;
  bool both = false;
  absl::Status refused;
  int idle = 0;
  Lookup lookup{owner};
  const auto read = [&](Store::ReadWork work) { return store.Read(Deadline::Never(), work); };
  const std::vector<ReadCall> calls = {
      {Deadline::Never(), [&] { ++idle; }},
      {Deadline::Never(),
       [&] {
         read([&](ReadTransaction& tx) -> absl::Status {
           const Found<Order> found = tx.orders().Find(order->id);
           if (!found.ok()) return found.status();
           Found<User> user = tx.users().Find((*found)->fields().user_id);
           if (user.ok()) user_of_order = *std::move(user);
           return user.status();
         }).IgnoreError();
       }},
      {Deadline::Never(),
       [&] {
         read([&](ReadTransaction& tx) -> absl::Status {
           absl::StatusOr<std::vector<User>> found = tx.users().List({}, std::nullopt, 10);
           if (found.ok()) many = *std::move(found);
           return found.status();
         }).IgnoreError();
       }},
      {Deadline::Never(),
       [&] {
         Lookup first{owner};
         Lookup second{owner};
         first.call(store).run();
         second.call(store).run();
         both = first.found.has_value() && second.found.has_value();
       }},
      {Deadline::Never(),
       [&] {
         refused = read([&](ReadTransaction& tx) -> absl::Status {
           const Found<User> found = tx.users().Find(owner);
           return found.ok() ? MakeError(Reason::kUserState, "the test rejects this user") : found.status();
         });
       }},
      lookup.call(store),
  };
  RunBatch(store, calls);
  CHECK(user_of_order.has_value());
  CHECK(many.size() == 1);
  CHECK(both);
  CHECK(HasReason(refused, Reason::kUserState));
  CHECK(idle > 0);
  CHECK(lookup.found.has_value());
}

STORE_TEST("a read whose deadline has expired fails, and the other reads of the batch succeed") {
  Store& store = fixture.store();
  const User user = StoredUser(store);
  Lookup late{user->id, Deadline::After(absl::ZeroDuration())};
  Lookup in_time{user->id};
  RunBatch(store, std::vector<ReadCall>{late.call(store), in_time.call(store)});
  CHECK(absl::IsDeadlineExceeded(late.status));
  REQUIRE_OK(in_time.status);
  CHECK(in_time.found.has_value());
}

STORE_TEST("Check returns OK for a working store") {
  REQUIRE_OK(fixture.store().Check(Deadline::Never()));
}

}  // namespace
}  // namespace keelson
