#include <algorithm>
#include <atomic>

#include "core/accounts/user_repository.h"
#include "core/accounts/user_steps.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/privacy/erase_expired_users.h"
#include "core/privacy/erase_user.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/refund_steps.h"
#include "core/sessions/end_sessions.h"
#include "core/store/idempotency_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/recording_log.h"

namespace keelson {
namespace {

User DeletedUser(Store& store, const std::string& email_key, absl::Time purge_time) {
  const User user = With(SampleUser(email_key), [&](UserFields& f) {
    f.state = UserState::kDeleted;
    f.delete_time = kT0;
    f.purge_time = purge_time;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(user, "$hash"); }));
  return user;
}

std::vector<UserId> Purgeable(Store& store, absl::Time now, std::optional<ListPosition> after, int limit) {
  const auto users =
      Get(store, [&](ReadTransaction& tx) { return tx.users().ListPurgeable(now, after, limit); });
  std::vector<UserId> ids;
  for (const User& user : users) ids.push_back(user->id);
  return ids;
}

User LoadUser(Store& store, UserId id) {
  return Get(store, [&](ReadTransaction& tx) { return tx.users().Find(id); }).value();
}

std::vector<Message> MessagesOf(Store& store, UserId id) {
  MessageFilter filter;
  filter.user_id = id;
  return Get(store, [&](ReadTransaction& tx) { return tx.messages().List(filter, std::nullopt, 1000); });
}

STORE_TEST("users are listed by the end of their retention period and their id, after a position") {
  Store& store = fixture.store();
  StoredUser(store, "active@example.com");
  const User late = DeletedUser(store, "late@example.com", kT0 + absl::Hours(2));
  const User first = DeletedUser(store, "first@example.com", kT0 + absl::Hours(1));
  const User second = DeletedUser(store, "second@example.com", kT0 + absl::Hours(1));
  CHECK(Purgeable(store, kT0 + absl::Hours(1) - absl::Microseconds(1), std::nullopt, 10).empty());
  CHECK(Purgeable(store, kT0 + absl::Hours(1), std::nullopt, 10) == std::vector{first->id, second->id});
  CHECK(Purgeable(store, kT0 + absl::Hours(2), std::nullopt, 2) == std::vector{first->id, second->id});
  const ListPosition after{kT0 + absl::Hours(1), first->id.uuid()};
  CHECK(Purgeable(store, kT0 + absl::Hours(2), after, 10) == std::vector{second->id, late->id});

  const User restored = With(second, [](UserFields& f) {
    f.state = UserState::kActive;
    f.delete_time.reset();
    f.purge_time.reset();
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(restored); }));
  const User postponed = With(late, [](UserFields& f) { f.purge_time = kT0; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(postponed); }));
  CHECK(Purgeable(store, kT0 + absl::Hours(2), std::nullopt, 10) == std::vector{late->id, first->id});
}

STORE_TEST("the update of an erased user deletes the password hash") {
  Store& store = fixture.store();
  User user = StoredUser(store);
  const User other = StoredUser(store, "other@example.com");
  REQUIRE(user.Erase(kT0 + absl::Hours(1)).ok());
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    const absl::Status locked = tx.users().FindForErasure(user->id).status();
    return locked.ok() ? tx.users().Update(user) : locked;
  }));
  CHECK(LoadUser(store, user->id).fields() == user.fields());
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.users().FindPasswordHash(user->id); }));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.users().FindPasswordHash(other->id); }));
}

STORE_TEST("any number of users can be erased") {
  Store& store = fixture.store();
  for (int i = 0; i < 3; ++i) {
    User user = StoredUser(store, "a@example.com");
    REQUIRE(user.Erase(kT0).ok());
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(user); }));
  }
  CHECK(Get(store, [](ReadTransaction& tx) { return tx.users().List({}, std::nullopt, 10); }).size() == 3);
}

STORE_TEST("DeleteOfUser deletes the user's messages in every state, and an attempt's outcome is not saved") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  const UserId other = StoredUser(store, "other@example.com")->id;
  Message sending = SampleMessage(id);
  Message dead = SampleMessage(id);
  dead.state = MessageState::kDead;
  dead.end_time = kT0;
  Message to_address = SampleMessage(UserId());
  to_address.to_key = "owner@example.com";
  Message to_another_address = SampleMessage(UserId());
  to_another_address.to_key = "other@example.com";
  const Message of_other = SampleMessage(other);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.messages().Insert(sending);
    if (auto claimed = tx.messages().Claim(kT0 + absl::Hours(1), kT0 + absl::Hours(2), 1); claimed.ok()) {
      sending = claimed->at(0);
    }
    for (const Message& message : {SampleMessage(id), dead, to_address, to_another_address, of_other}) {
      status.Update(tx.messages().Insert(message));
    }
    return status;
  }));
  CHECK(MessagesOf(store, id).size() == 3);
  REQUIRE_OK(Write(
      store, [&](WriteTransaction& tx) { return tx.messages().DeleteOfUser(id, "owner@example.com"); }));
  CHECK(MessagesOf(store, id).empty());
  CHECK(MessagesOf(store, other).size() == 1);
  const std::vector<Message> to_none = MessagesOf(store, UserId());
  REQUIRE(to_none.size() == 1);
  CHECK(to_none[0].id == to_another_address.id);
  const auto saved = Do(store, [&](WriteTransaction& tx) { return tx.messages().Save({{sending}}); });
  CHECK(saved == std::vector{false});
  CHECK(MessagesOf(store, id).empty());
}

STORE_TEST("DeleteAll deletes the tokens of one user") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  const UserId other = StoredUser(store, "other@example.com")->id;
  const EmailToken verify{NextSampleDigest(), id, TokenPurpose::kVerifyEmail, "k", kT0};
  const EmailToken reset{NextSampleDigest(), id, TokenPurpose::kResetPassword, "k", kT0};
  const EmailToken kept{NextSampleDigest(), other, TokenPurpose::kVerifyEmail, "k", kT0};
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status;
    for (const EmailToken& token : {verify, reset, kept}) status.Update(tx.tokens().Put(token));
    return status;
  }));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.tokens().DeleteAll(id); }));
  const auto exists = [&](const EmailToken& token) {
    return Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(token.digest); })
        .has_value();
  };
  CHECK(!exists(verify));
  CHECK(!exists(reset));
  CHECK(exists(kept));
}

STORE_TEST("a deleted cooldown can start again") {
  Store& store = fixture.store();
  const Fingerprint key = NextSampleUuid();
  const auto start = [&] {
    return Do(store,
              [&](WriteTransaction& tx) { return tx.cooldowns().TryStart(key, kT0, kT0 + absl::Hours(1)); });
  };
  CHECK(start());
  CHECK(!start());
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.cooldowns().Delete(key); }));
  CHECK(start());
}

STORE_TEST("EraseNotes clears the notes of one user's refunds, and changes no other refund") {
  Store& store = fixture.store();
  const Order order = StoredOrder(store);
  const Order of_other = StoredOrder(store, "other@example.com");
  const Refund noted = With(SampleRefund(order), [](RefundFields& f) {
    f.decision_note = "agreed";
    f.overridden_rules = "WITHIN_WINDOW";
    f.override_note = "lost";
    f.labels = {{"desk", "7"}};
  });
  const auto unnoted = [](RefundFields& f) { f.note = ""; };
  const Refund decided = With(With(SampleRefund(order), unnoted), [](RefundFields& f) {
    f.state = RefundState::kRejected;
    f.due_time.reset();
    f.decision_note = "too late";
  });
  const Refund without = With(SampleRefund(order), unnoted);
  const Refund other = SampleRefund(of_other);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status;
    for (const Refund& refund : {noted, decided, without, other}) status.Update(tx.refunds().Insert(refund));
    return status;
  }));
  const absl::Time now = kT0 + absl::Hours(1);
  REQUIRE_OK(
      Write(store, [&](WriteTransaction& tx) { return tx.refunds().EraseNotes(order->user_id, now); }));
  const auto load = [&](const Refund& refund) {
    return Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); }).value().fields();
  };
  for (const Refund& refund : {noted, decided}) {
    Refund erased = refund;
    erased.EraseNotes(now);
    CHECK(load(refund) == erased.fields());
    CHECK_FALSE(HasNotes(load(refund)));
  }
  CHECK(load(without) == without.fields());
  CHECK(load(other) == other.fields());
}

// Returns two REQUESTED refunds of a new order.
std::vector<Refund> RequestedRefunds(Store& store, const std::string& email_key) {
  Order order = StoredOrder(store, email_key);
  std::vector<Refund> refunds;
  for (int i = 0; i < 2; ++i) {
    refunds.push_back(With(SampleRefund(order), [](RefundFields& f) {
      f.state = RefundState::kRequested;
      f.due_time.reset();
    }));
    order.HoldRefund(refunds.back().source(), refunds.back().portion(), kT0);
  }
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = tx.orders().Update(order);
    for (const Refund& refund : refunds) status.Update(tx.refunds().Insert(refund));
    return status;
  }));
  return refunds;
}

STORE_TEST(
    "an erasure and concurrent decisions about refunds of the user succeed, and earlier notes are cleared") {
  Store& store = fixture.store();
  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator ids(clock, entropy);
  EndSessions end_sessions{SessionPolicy()};
  const CallContext context{"boss", "", "", Deadline::Never()};
  for (int round = 0; round < 10; ++round) {
    const std::vector<Refund> refunds = RequestedRefunds(store, std::to_string(round) + "@example.com");
    const UserId user_id = refunds[0]->user_id;
    std::atomic<int> failed{0};
    InParallel(3, [&](int thread) {
      if (thread == 2) {
        EraseUser erase(store, clock, end_sessions);
        if (!erase.Handle(context, {"", user_id.ToString(), "", ""}).ok()) ++failed;
        return;
      }
      RejectRefund reject(store, clock, ids);
      const std::string id = refunds[static_cast<std::size_t>(thread)]->id.ToString();
      if (!reject.Handle(context, {"", id, "", ""}).ok()) ++failed;
    });
    CHECK(failed == 0);
    CHECK(LoadUser(store, user_id).is_erased());
    CHECK(MessagesOf(store, user_id).empty());
    for (const Refund& refund : refunds) {
      const Refund found =
          Get(store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); }).value();
      CHECK(found->state == RefundState::kRejected);
      CHECK_FALSE(HasNotes(found.fields()));
      CHECK(found->version == refund->version + 2);
    }
  }
}

STORE_TEST("EraseUser clears the answers and contents of one user's idempotency records") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  const IdempotencyRecord mine{NextSampleUuid(), NextSampleUuid(), "mine", kT0, id};
  const IdempotencyRecord other{NextSampleUuid(), NextSampleUuid(), "other", kT0, UserId(NextSampleUuid())};
  const IdempotencyRecord of_none{NextSampleUuid(), NextSampleUuid(), "none", kT0};
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status;
    for (const IdempotencyRecord& record : {mine, other, of_none}) {
      status.Update(tx.idempotency().Insert(record));
    }
    return status;
  }));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.idempotency().EraseUser(id); }));
  const auto find = [&](const IdempotencyRecord& record) {
    return Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(record.key); }).value();
  };
  CHECK(find(mine) == IdempotencyRecord{mine.key, {}, "", kT0, id});
  CHECK(find(other) == other);
  CHECK(find(of_none) == of_none);
}

STORE_TEST("the events of a user are listed after a sequence number") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  for (int i = 0; i < 6; ++i) {
    Event event = SampleEvent(std::to_string(i));
    if (i % 2 == 0) event.user_id = id;
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.events().Append(event); }));
  }
  const auto list = [&](std::int64_t sequence, int limit) {
    std::vector<std::string> subjects;
    for (const Event& event :
         Get(store, [&](ReadTransaction& tx) { return tx.events().ListOfUser(id, sequence, limit); })) {
      subjects.push_back(event.subject);
    }
    return subjects;
  };
  CHECK(list(0, 10) == std::vector<std::string>{"0", "2", "4"});
  CHECK(list(1, 1) == std::vector<std::string>{"2"});
  CHECK(list(5, 10).empty());
}

STORE_TEST("no message to a user is inserted during the erasure of the user") {
  Store& store = fixture.store();
  FakeClock clock;
  EndSessions end_sessions{SessionPolicy()};
  for (int round = 0; round < 10; ++round) {
    const UserId id = StoredUser(store)->id;
    std::atomic<int> failed{0};
    InParallel(5, [&](int thread) {
      if (thread == 0) {
        const CallContext context{"test", "", "", Deadline::Never()};
        const auto erased =
            EraseUser(store, clock, end_sessions).Handle(context, {"", id.ToString(), "", ""});
        if (!erased.ok()) ++failed;
        return;
      }
      for (int i = 0; i < 3; ++i) {
        const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
          const Found<User> user = tx.users().FindForMessage(id);
          if (!user.ok() || (*user)->is_erased()) return user.status();
          return tx.messages().Insert(SampleMessage(id));
        });
        if (!status.ok()) ++failed;
      }
    });
    CHECK(failed == 0);
    CHECK(MessagesOf(store, id).empty());
    CHECK(LoadUser(store, id).is_erased());
  }
}

STORE_TEST("a user is either erased at the end of the retention period or undeleted, once") {
  Store& store = fixture.store();
  FakeClock before;
  FakeClock after;
  after.Advance(absl::Hours(2));
  EndSessions end_sessions{SessionPolicy()};
  std::vector<UserId> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(DeletedUser(store, std::to_string(i) + "@example.com", before.Now() + absl::Hours(1))->id);
  }
  std::atomic<int> undeleted{0};
  std::atomic<int> failed{0};
  InParallel(4, [&](int thread) {
    if (thread < 2) {
      RecordingLog log;
      EraseExpiredUsers erase(store, after, end_sessions, log);
      if (!erase.Handle().ok() || log.Count("user.not_erased") > 0) ++failed;
      return;
    }
    for (const UserId id : ids) {
      const CallContext context{"test", "", "", Deadline::Never()};
      const auto user = UndeleteUser(store, before).Handle(context, {"", id.ToString(), "", ""});
      if (user.ok()) ++undeleted;
      if (!user.ok() && !HasReason(user.status(), Reason::kUserState)) ++failed;
    }
  });
  CHECK(failed == 0);
  int active = 0;
  for (const UserId id : ids) {
    const UserState state = LoadUser(store, id)->state;
    CHECK((state == UserState::kActive || state == UserState::kErased));
    if (state == UserState::kActive) ++active;
  }
  CHECK(active == undeleted);
  int erased = 0;
  for (const Event& event : AllEvents(store)) erased += event.type == "user.erased" ? 1 : 0;
  CHECK(erased == std::ssize(ids) - active);
}

}  // namespace
}  // namespace keelson
