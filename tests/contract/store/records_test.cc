#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

Fingerprint SampleKey(std::uint8_t number) {
  Fingerprint key{};
  key.fill(number);
  return key;
}

IdempotencyRecord SampleRecord(std::uint8_t number, absl::Time create_time = kT0) {
  return {SampleKey(number), SampleKey(200), std::string("an\0swer", 7), create_time};
}

bool TryStart(Store& store, std::uint8_t key, absl::Time now, absl::Time until) {
  return Do(store, [&](WriteTransaction& tx) { return tx.cooldowns().TryStart(SampleKey(key), now, until); });
}

STORE_TEST("an inserted idempotency record is returned unchanged in read and write transactions") {
  Store& store = fixture.store();
  const IdempotencyRecord record = SampleRecord(1);
  IdempotencyRecord empty = SampleRecord(2);
  empty.answer.clear();
  for (const IdempotencyRecord& r : {record, empty}) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.idempotency().Insert(r); }));
    CHECK(Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(r.key); }) == r);
    CHECK(Do(store, [&](WriteTransaction& tx) { return tx.idempotency().Find(r.key); }) == r);
  }
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(SampleKey(3)); }));
  CHECK(
      absl::IsInternal(Write(store, [&](WriteTransaction& tx) { return tx.idempotency().Insert(record); })));
}

STORE_TEST("a setting is found by its name") {
  Store& store = fixture.store();
  const std::string value("\0\xff key", 6);
  REQUIRE_OK(Write(
      store, [&](WriteTransaction& tx) { return tx.settings().FindOrInsert("page_key", value).status(); }));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.settings().Find("page_key"); }) == value);
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.settings().Find("other"); }));
}

STORE_TEST("a cooldown can't be started again before it ends") {
  Store& store = fixture.store();
  const absl::Time until = kT0 + absl::Minutes(1);
  CHECK(TryStart(store, 1, kT0, until));
  CHECK(!TryStart(store, 1, kT0, until + absl::Hours(1)));
  CHECK(!TryStart(store, 1, until - absl::Microseconds(1), until + absl::Hours(1)));
  CHECK(TryStart(store, 2, kT0, until));
  CHECK(TryStart(store, 1, until, until + absl::Minutes(1)));
  CHECK(!TryStart(store, 1, until, until + absl::Minutes(1)));
}

STORE_TEST("DeleteExpired deletes only expired rows, in batches") {
  Store& store = fixture.store();
  EmailToken token;
  token.user_id = StoredUser(store)->id;
  token.expire_time = kT0 - absl::Seconds(1);
  EmailToken alive = token;
  alive.digest.fill(9);
  alive.user_id = StoredUser(store, "other@example.com")->id;
  alive.expire_time = kT0 + absl::Seconds(1);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.tokens().Put(token);
    status.Update(tx.tokens().Put(alive));
    // Inserts the rows in a different order than the rows expire.
    status.Update(tx.idempotency().Insert(SampleRecord(1, kT0)));
    for (std::uint8_t i = 2; i < 5; ++i) {
      status.Update(tx.idempotency().Insert(SampleRecord(i, kT0 - absl::Hours(i))));
    }
    return status;
  }));
  CHECK(TryStart(store, 1, kT0 - absl::Hours(2), kT0 - absl::Hours(1)));
  CHECK(TryStart(store, 2, kT0, kT0 + absl::Hours(1)));

  const auto delete_expired = [&] {
    return Do(store, [&](WriteTransaction& tx) {
      return tx.expiry().DeleteExpired({kT0, kT0 - absl::Hours(1), kT0 - absl::Hours(2)}, 2);
    });
  };
  CHECK(delete_expired());
  CHECK(!delete_expired());
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(token.digest); }));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(alive.digest); }) == alive);
  CHECK(Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(SampleKey(1)); }).has_value());
  for (std::uint8_t i = 2; i < 5; ++i) {
    CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.idempotency().Find(SampleKey(i)); }));
  }
  CHECK(!TryStart(store, 2, kT0, kT0 + absl::Hours(2)));
}

STORE_TEST("DeleteExpired deletes messages after their retention in batches, and keeps unsent messages") {
  Store& store = fixture.store();
  const absl::Time bound = kT0 - absl::Hours(24);
  const auto insert = [&](MessageState state, std::optional<absl::Time> end) {
    Message message = SampleMessage(UserId());
    message.state = state;
    message.create_time = message.due_time = kT0 - absl::Hours(1000);
    message.end_time = end;
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
    return message.id;
  };
  using enum MessageState;
  const std::vector<MessageId> kept = {insert(kQueued, {}), insert(kSending, {}), insert(kSent, bound),
                                       insert(kDead, kT0)};
  const absl::Time before = bound - absl::Microseconds(1);
  const std::vector<MessageId> gone = {insert(kSent, before - absl::Hours(1)), insert(kDead, before),
                                       insert(kCancelled, before)};
  const auto left = [&](const std::vector<MessageId>& ids) {
    return std::count_if(ids.begin(), ids.end(), [&](MessageId id) {
      return Get(store, [&](ReadTransaction& tx) { return tx.messages().Find(id); }).has_value();
    });
  };
  const auto delete_expired = [&](int limit) {
    return Do(store, [&](WriteTransaction& tx) {
      return tx.expiry().DeleteExpired({kT0 - absl::Hours(2000), kT0 - absl::Hours(2000), bound}, limit);
    });
  };
  CHECK(delete_expired(2));
  CHECK(left(gone) == 1);
  CHECK(!delete_expired(2));
  CHECK(left(gone) == 0);
  CHECK(left(kept) == 4);
  // Deleted messages are not listed either.
  const auto listed = Get(store, [](ReadTransaction& tx) { return tx.messages().List({}, {}, 100); });
  CHECK(listed.size() == kept.size());
}

}  // namespace
}  // namespace keelson
