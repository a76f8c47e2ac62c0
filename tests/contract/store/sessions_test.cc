#include <algorithm>
#include <atomic>

#include "absl/synchronization/notification.h"
#include "core/accounts/user_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

absl::Status Insert(Store& store, const Session& session) {
  return Write(store, [&](WriteTransaction& tx) { return tx.sessions().Insert(session); });
}

absl::Status Update(Store& store, const Session& session) {
  return Write(store, [&](WriteTransaction& tx) { return tx.sessions().Update(session); });
}

Session StoredSession(Store& store, UserId user_id) {
  const Session session = SampleSession(user_id);
  REQUIRE_OK(Insert(store, session));
  return session;
}

std::optional<Session> Load(Store& store, SessionId id) {
  return Do(store, [&](WriteTransaction& tx) { return tx.sessions().FindForUpdate(id); });
}

std::optional<IntrospectedSession> Introspect(Store& store, const Sha256Digest& digest) {
  return Get(store, [&](ReadTransaction& tx) { return tx.sessions().FindByAccessDigest(digest); });
}

std::optional<Session> FindByAccessDigest(Store& store, const Sha256Digest& digest) {
  return Do(store, [&](WriteTransaction& tx) { return tx.sessions().FindByAccessDigestForUpdate(digest); });
}

std::optional<Session> FindByRefreshKey(Store& store, const Sha256Digest& key) {
  return Do(store, [&](WriteTransaction& tx) { return tx.sessions().FindByRefreshKeyForUpdate(key); });
}

std::vector<SessionId> IdsOf(const std::vector<Session>& sessions) {
  std::vector<SessionId> ids;
  for (const Session& session : sessions) ids.push_back(session->id);
  return ids;
}

std::vector<Session> Page(Store& store, UserId user_id, std::optional<ListPosition> before, int limit) {
  return Get(store, [&](ReadTransaction& tx) { return tx.sessions().List(user_id, before, limit); });
}

std::vector<Session> ListForUpdate(Store& store, UserId user_id) {
  return Do(store, [&](WriteTransaction& tx) { return tx.sessions().ListForUpdate(user_id); });
}

STORE_TEST("a session is found by its id, access token and refresh key, with every field") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  const Session refreshed = StoredSession(store, user_id);
  const Session first = With(SampleSession(user_id), [](SessionFields& f) {
    f.user_agent = f.ip_address = "";
    f.previous_digest.reset();
    f.generation = 0;
  });
  REQUIRE_OK(Insert(store, first));
  for (const Session& session : {refreshed, first}) {
    CHECK(Load(store, session->id).value().fields() == session.fields());
    CHECK(FindByAccessDigest(store, session->access_digest).value().fields() == session.fields());
    CHECK(FindByRefreshKey(store, session->refresh_key).value().fields() == session.fields());
    CHECK(Introspect(store, session->access_digest).value().session.fields() == session.fields());
  }
}

STORE_TEST("an introspected session states whether the user's e-mail address is verified") {
  Store& store = fixture.store();
  const User user = StoredUser(store);
  const Session session = StoredSession(store, user->id);
  CHECK(!Introspect(store, session->access_digest).value().email_verified);
  const User verified = With(user, [](UserFields& f) { f.email_verify_time = kT0; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(verified); }));
  CHECK(Introspect(store, session->access_digest).value().email_verified);
}

STORE_TEST("a missing session is not found") {
  Store& store = fixture.store();
  const Session other = StoredSession(store, StoredUser(store)->id);
  CHECK(!Load(store, SessionId(NextSampleUuid())));
  // The tokens of a session are not interchangeable.
  CHECK(!FindByAccessDigest(store, other->refresh_key));
  CHECK(!FindByRefreshKey(store, other->access_digest));
  CHECK(!Introspect(store, other->refresh_digest));
  CHECK(Page(store, UserId(NextSampleUuid()), {}, 10).empty());
  CHECK(ListForUpdate(store, UserId(NextSampleUuid())).empty());
}

STORE_TEST("Count returns the number of sessions that expire and were used after the given times") {
  Store& store = fixture.store();
  const auto count = [&](absl::Time now, absl::Time used_after) {
    return Get(store, [&](ReadTransaction& tx) { return tx.sessions().Count(now, used_after); });
  };
  CHECK(count(absl::InfinitePast(), absl::InfinitePast()) == 0);
  const Session first = StoredSession(store, StoredUser(store)->id);
  const Session second = With(SampleSession(first->user_id), [&](SessionFields& f) {
    f.last_use_time += absl::Microseconds(1);
    f.expire_time += absl::Microseconds(1);
  });
  REQUIRE_OK(Insert(store, second));
  CHECK(count(kT0, absl::InfinitePast()) == 2);
  CHECK(count(first->expire_time, absl::InfinitePast()) == 1);
  CHECK(count(second->expire_time, absl::InfinitePast()) == 0);
  CHECK(count(kT0, first->last_use_time) == 1);
  CHECK(count(kT0, second->last_use_time) == 0);
}

STORE_TEST("Update replaces the tokens and times of a session, and fails for a missing session") {
  Store& store = fixture.store();
  const Session old = StoredSession(store, StoredUser(store)->id);
  const Session rotated = With(old, [](SessionFields& f) {
    f.last_use_time = f.rotate_time = kT0 + absl::Hours(1);
    f.access_expire_time = kT0 + absl::Hours(2);
    f.access_digest = NextSampleDigest();
    f.refresh_digest = NextSampleDigest();
    f.previous_digest = NextSampleDigest();
    f.salt = NextSampleDigest();
    f.generation = 2;
  });
  REQUIRE_OK(Update(store, rotated));
  CHECK(Introspect(store, rotated->access_digest).value().session.fields() == rotated.fields());
  CHECK(FindByRefreshKey(store, old->refresh_key).value().fields() == rotated.fields());
  CHECK(!Introspect(store, old->access_digest));

  const Session used = With(rotated, [](SessionFields& f) { f.last_use_time += absl::Minutes(1); });
  REQUIRE_OK(Update(store, used));
  CHECK(Introspect(store, used->access_digest).value().session.fields() == used.fields());
  CHECK(absl::IsInternal(Update(store, SampleSession(old->user_id))));
}

STORE_TEST(
    "RecordUses records a use of each session that was last used early enough, and ignores other ids") {
  Store& store = fixture.store();
  const Session due = StoredSession(store, StoredUser(store)->id);
  const absl::Time used = due->last_use_time + absl::Minutes(1);
  const auto used_at = [&](absl::Time time) {
    return With(due, [&](SessionFields& f) { f.last_use_time = time; });
  };
  const Session recent =
      With(SampleSession(due->user_id), [](SessionFields& f) { f.last_use_time += absl::Microseconds(1); });
  REQUIRE_OK(Insert(store, recent));
  const Session other = StoredSession(store, due->user_id);
  const auto record = [&](const std::map<SessionId, absl::Time>& uses) {
    return Write(store,
                 [&](WriteTransaction& tx) { return tx.sessions().RecordUses(uses, absl::Minutes(1)); });
  };
  REQUIRE_OK(record({{due->id, used}, {recent->id, used}, {SessionId(NextSampleUuid()), used}}));
  CHECK(Load(store, due->id).value().fields() == used_at(used).fields());
  CHECK(Introspect(store, due->access_digest).value().session->last_use_time == used);
  CHECK(Load(store, recent->id).value().fields() == recent.fields());
  CHECK(Load(store, other->id).value().fields() == other.fields());
  REQUIRE_OK(record({{due->id, due->last_use_time}}));
  CHECK(Load(store, due->id).value()->last_use_time == used);
  REQUIRE_OK(record({}));
}

STORE_TEST("RecordUses does not wait for a transaction that has locked a session") {
  Store& store = fixture.store();
  if (fixture.one_writer()) return;
  const Session locked = StoredSession(store, StoredUser(store)->id);
  const Session free = StoredSession(store, locked->user_id);
  const absl::Time used = locked->last_use_time + absl::Hours(1);
  absl::Status recorded;
  const auto record = [&] {
    recorded = store.Write(Deadline::After(absl::Seconds(20)), [&](WriteTransaction& tx) {
      return tx.sessions().RecordUses({{locked->id, used}, {free->id, used}}, absl::Minutes(1));
    });
  };
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    const absl::Status found = tx.sessions().FindForUpdate(locked->id).status();
    std::thread(record).join();
    return found;
  }));
  REQUIRE_OK(recorded);
  CHECK(Load(store, locked->id).value()->last_use_time == locked->last_use_time);
  CHECK(Load(store, free->id).value()->last_use_time == used);
}

STORE_TEST("a deleted session is not found, and its tokens may be inserted again") {
  Store& store = fixture.store();
  const Session kept = StoredSession(store, StoredUser(store)->id);
  const Session gone = StoredSession(store, kept->user_id);
  for (int i = 0; i < 2; ++i) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.sessions().Delete(gone->id); }));
    CHECK(!Load(store, gone->id));
    CHECK(!Introspect(store, gone->access_digest));
    CHECK(!FindByRefreshKey(store, gone->refresh_key));
    CHECK(IdsOf(Page(store, kept->user_id, {}, 10)) == std::vector{kept->id});
  }
  REQUIRE_OK(Insert(store, gone));
  CHECK(IdsOf(ListForUpdate(store, kept->user_id)) == std::vector{kept->id, gone->id});
}

STORE_TEST("two sessions can't have the same id, access token or refresh key") {
  Store& store = fixture.store();
  const Session first = StoredSession(store, StoredUser(store)->id);
  const Session second = StoredSession(store, first->user_id);
  const auto with = [&](auto change) { return With(SampleSession(first->user_id), change); };
  CHECK(absl::IsInternal(Insert(store, with([&](SessionFields& f) { f.id = first->id; }))));
  CHECK(absl::IsInternal(
      Insert(store, with([&](SessionFields& f) { f.access_digest = first->access_digest; }))));
  CHECK(absl::IsInternal(Insert(store, with([&](SessionFields& f) { f.refresh_key = first->refresh_key; }))));
  CHECK(absl::IsInternal(
      Update(store, With(second, [&](SessionFields& f) { f.access_digest = first->access_digest; }))));
  CHECK(IdsOf(Page(store, first->user_id, {}, 10)) == std::vector{second->id, first->id});
}

STORE_TEST("a session or throttle that violates an invariant is rejected") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  const auto insert = [&](auto change) { return Insert(store, With(SampleSession(user_id), change)); };
  CHECK(absl::IsInternal(insert([](SessionFields& f) { f.expire_time = f.access_expire_time = kT0; })));
  CHECK(absl::IsInternal(insert([](SessionFields& f) { f.expire_time = kT0 + absl::Minutes(1); })));
  CHECK(absl::IsInternal(insert([](SessionFields& f) { f.previous_digest.reset(); })));
  CHECK(absl::IsInternal(insert([](SessionFields& f) { f.generation = 0; })));
  CHECK(absl::IsInternal(insert([](SessionFields& f) { f.generation = -1; })));
  const auto put = [&](const Throttle& throttle) {
    return Write(store, [&](WriteTransaction& tx) { return tx.throttles().Put(throttle); });
  };
  CHECK(absl::IsInternal(put({Fingerprint{1}, -1, kT0, kT0})));
  CHECK(absl::IsInternal(put({Fingerprint{1}, 1, kT0 + absl::Microseconds(1), kT0})));
}

STORE_TEST("the sessions of a user are listed newest first in pages, and locked oldest first") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  StoredSession(store, StoredUser(store, "other@example.com")->id);
  std::vector<SessionId> newest_first;
  for (int i = 0; i < 7; ++i) {
    // Pairs of sessions have the same creation time.
    const Session session =
        With(SampleSession(user_id), [&](SessionFields& f) { f.create_time += absl::Seconds(i / 2); });
    REQUIRE_OK(Insert(store, session));
    newest_first.insert(newest_first.begin(), session->id);
  }
  StoredSession(store, StoredUser(store, "another@example.com")->id);

  std::vector<SessionId> listed;
  std::optional<ListPosition> before;
  for (std::vector<Session> page = Page(store, user_id, before, 3); !page.empty();
       page = Page(store, user_id, before, 3)) {
    CHECK(page.size() <= 3);
    for (const Session& session : page) listed.push_back(session->id);
    before = PositionOf(page.back());
  }
  CHECK(listed == newest_first);
  CHECK(Page(store, user_id, {}, 0).empty());

  std::vector<SessionId> oldest_first = IdsOf(ListForUpdate(store, user_id));
  std::reverse(oldest_first.begin(), oldest_first.end());
  CHECK(oldest_first == newest_first);
}

STORE_TEST("each introspection of a batch finds its own session") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  std::vector<Session> sessions;
  for (int i = 0; i < 70; ++i) {
    // Every third session does not exist.
    sessions.push_back(i % 3 == 0 ? SampleSession(user_id) : StoredSession(store, user_id));
  }
  std::vector<std::optional<SessionId>> found(sessions.size());
  std::vector<absl::Status> statuses(sessions.size(), absl::UnknownError("did not run"));
  std::vector<ReadCall> calls;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    calls.push_back({Deadline::Never(), [&, i] {
                       statuses[i] = store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
                         const auto result = tx.sessions().FindByAccessDigest(sessions[i]->access_digest);
                         if (result.ok() && *result) found[i] = (*result)->session->id;
                         return result.status();
                       });
                     }});
  }
  RunBatch(store, calls);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    REQUIRE_OK(statuses[i]);
    CHECK(found[i] == (i % 3 == 0 ? std::nullopt : std::optional(sessions[i]->id)));
  }
}

STORE_TEST("no concurrent rotation of a session is lost") {
  Store& store = fixture.store();
  const Session session = StoredSession(store, StoredUser(store)->id);
  std::atomic<int> failed{0};
  InParallel(8, [&](int) {
    for (int i = 0; i < 10; ++i) {
      const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
        const Found<Session> found = tx.sessions().FindByRefreshKeyForUpdate(session->refresh_key);
        if (!found.ok() || !*found) return absl::UnknownError("not found");
        return tx.sessions().Update(With(**found, [](SessionFields& f) {
          f.access_digest = NextSampleDigest();
          ++f.generation;
        }));
      });
      if (!status.ok()) ++failed;
    }
  });
  CHECK(failed == 0);
  CHECK(Load(store, session->id).value()->generation == 81);
}

// Calls `first` in a transaction that locks the session, and, before it commits, `second` on another thread.
template <typename First, typename Second>
void Race(Store& store, const Session& session, First first, Second second) {
  absl::Notification locked;
  std::thread other([&] {
    locked.WaitForNotification();
    second();
  });
  const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
    const Found<Session> found = tx.sessions().FindForUpdate(session->id);
    if (!locked.HasBeenNotified()) locked.Notify();
    absl::SleepFor(absl::Milliseconds(50));
    return found.ok() && *found ? first(tx, **found) : absl::UnknownError("not found");
  });
  other.join();
  REQUIRE_OK(status);
}

STORE_TEST("a transaction that waits for a rotation does not find the session by the old access token") {
  Store& store = fixture.store();
  const Session session = StoredSession(store, StoredUser(store)->id);
  Found<Session> found = absl::UnknownError("did not run");
  Race(
      store, session,
      [](WriteTransaction& tx, const Session& old) {
        return tx.sessions().Update(
            With(old, [](SessionFields& f) { f.access_digest = NextSampleDigest(); }));
      },
      [&] {
        Write(store, [&](WriteTransaction& tx) {
          found = tx.sessions().FindByAccessDigestForUpdate(session->access_digest);
          return found.status();
        }).IgnoreError();
      });
  REQUIRE_OK(found.status());
  CHECK(!*found);
}

STORE_TEST("a rotation that waits for the deletion of the session finds no session") {
  Store& store = fixture.store();
  const Session session = StoredSession(store, StoredUser(store)->id);
  Found<Session> found = absl::UnknownError("did not run");
  Race(
      store, session, [](WriteTransaction& tx, const Session& old) { return tx.sessions().Delete(old->id); },
      [&] {
        Write(store, [&](WriteTransaction& tx) {
          found = tx.sessions().FindByRefreshKeyForUpdate(session->refresh_key);
          return found.status();
        }).IgnoreError();
      });
  REQUIRE_OK(found.status());
  CHECK(!*found);
}

STORE_TEST("concurrent sign-ins of a user never leave more sessions than the limit") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  constexpr std::size_t kMax = 3;
  std::atomic<int> failed{0};
  InParallel(8, [&](int) {
    for (int i = 0; i < 5; ++i) {
      const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
        absl::Status all = tx.users().FindForUpdate(user_id).status();
        const absl::StatusOr<std::vector<Session>> sessions = tx.sessions().ListForUpdate(user_id);
        if (!sessions.ok()) return sessions.status();
        for (std::size_t n = 0; n + kMax <= sessions->size(); ++n) {
          all.Update(tx.sessions().Delete((*sessions)[n]->id));
        }
        all.Update(tx.sessions().Insert(SampleSession(user_id)));
        return all;
      });
      if (!status.ok()) ++failed;
    }
  });
  CHECK(failed == 0);
  CHECK(Page(store, user_id, {}, 100).size() == kMax);
}

STORE_TEST("a session that a transaction deletes with all others is not rotated concurrently") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  std::vector<Session> sessions;
  for (int i = 0; i < 8; ++i) sessions.push_back(StoredSession(store, user_id));
  std::atomic<int> failed{0};
  InParallel(9, [&](int thread) {
    const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
      if (thread == 8) {
        const absl::StatusOr<std::vector<Session>> all = tx.sessions().ListForUpdate(user_id);
        absl::Status deleted = all.status();
        for (std::size_t n = 0; deleted.ok() && n < all->size(); ++n) {
          deleted.Update(tx.sessions().Delete((*all)[n]->id));
        }
        return deleted;
      }
      const Found<Session> found =
          tx.sessions().FindByRefreshKeyForUpdate(sessions[static_cast<std::size_t>(thread)]->refresh_key);
      if (!found.ok() || !*found) return found.status();
      return tx.sessions().Update(With(**found, [](SessionFields& f) { ++f.generation; }));
    });
    if (!status.ok()) ++failed;
  });
  CHECK(failed == 0);
  CHECK(ListForUpdate(store, user_id).empty());
}

Throttle SampleThrottle(std::uint8_t key, absl::Time expire_time = kT0 + absl::Hours(24)) {
  return {Fingerprint{key}, 7, std::min(expire_time, kT0 + absl::Seconds(30)), expire_time};
}

absl::Status Put(Store& store, const Throttle& throttle) {
  return Write(store, [&](WriteTransaction& tx) { return tx.throttles().Put(throttle); });
}

std::optional<Throttle> FindThrottle(Store& store, std::uint8_t key) {
  return Do(store, [&](WriteTransaction& tx) { return tx.throttles().FindForUpdate(Fingerprint{key}); });
}

STORE_TEST("a throttle is found by its key, replaced by Put and removed by Delete") {
  Store& store = fixture.store();
  REQUIRE_OK(Put(store, SampleThrottle(1)));
  REQUIRE_OK(Put(store, SampleThrottle(2)));
  const Throttle endless{Fingerprint{1}, 100, absl::InfiniteFuture(), absl::InfiniteFuture()};
  REQUIRE_OK(Put(store, endless));
  CHECK(FindThrottle(store, 1) == endless);
  CHECK(FindThrottle(store, 2) == SampleThrottle(2));
  for (int i = 0; i < 2; ++i) {
    REQUIRE_OK(Write(store, [](WriteTransaction& tx) { return tx.throttles().Delete(Fingerprint{1}); }));
    CHECK(!FindThrottle(store, 1));
  }
  CHECK(FindThrottle(store, 2) == SampleThrottle(2));
}

STORE_TEST("concurrent attempts under one key are all counted, also if the first of them inserts the row") {
  Store& store = fixture.store();
  constexpr std::uint8_t kKeys = 5;
  std::atomic<int> failed{0};
  InParallel(16, [&](int) {
    for (std::uint8_t key = 1; key <= kKeys; ++key) {
      const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
        const Found<Throttle> found = tx.throttles().FindForUpdate(Fingerprint{key});
        if (!found.ok()) return found.status();
        const std::int64_t failures = *found ? (*found)->failures : 0;
        return tx.throttles().Put({Fingerprint{key}, failures + 1, kT0, kT0});
      });
      if (!status.ok()) ++failed;
    }
  });
  CHECK(failed == 0);
  for (std::uint8_t key = 1; key <= kKeys; ++key) CHECK(FindThrottle(store, key).value().failures == 16);
}

STORE_TEST("DeleteExpired deletes expired sessions and throttles in batches") {
  Store& store = fixture.store();
  const UserId user_id = StoredUser(store)->id;
  const absl::Time now = kT0 + absl::Hours(1);
  const auto insert = [&](absl::Time expire_time) {
    const Session session = With(SampleSession(user_id), [&](SessionFields& f) {
      f.access_expire_time = f.expire_time = expire_time;
    });
    REQUIRE_OK(Insert(store, session));
    return session->id;
  };
  const absl::Time later = now + absl::Microseconds(1);
  const SessionId alive = insert(later);
  // Inserts the rows in a different order than the rows expire.
  insert(now);
  insert(now - absl::Minutes(2));
  insert(now - absl::Minutes(1));
  REQUIRE_OK(Put(store, SampleThrottle(1, now)));
  REQUIRE_OK(Put(store, SampleThrottle(2, later)));
  REQUIRE_OK(Put(store, SampleThrottle(3, absl::InfiniteFuture())));

  const auto delete_expired = [&](int limit) {
    return Do(store, [&](WriteTransaction& tx) { return tx.expiry().DeleteExpired({now, kT0, kT0}, limit); });
  };
  CHECK(delete_expired(2));
  CHECK(ListForUpdate(store, user_id).size() == 2);
  CHECK(!delete_expired(2));
  CHECK(IdsOf(ListForUpdate(store, user_id)) == std::vector{alive});
  CHECK(!FindThrottle(store, 1));
  CHECK(FindThrottle(store, 2).has_value());
  CHECK(FindThrottle(store, 3).has_value());
}

}  // namespace
}  // namespace keelson
