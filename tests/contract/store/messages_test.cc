#include "core/notifications/message_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

constexpr absl::Duration kLease = absl::Minutes(2);

Message Insert(Store& store, UserId user_id, absl::Time due = kT0) {
  Message message = SampleMessage(user_id);
  message.due_time = due;
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
  return message;
}

std::vector<Message> Claim(Store& store, absl::Time now, int limit = 100) {
  return Do(store, [&](WriteTransaction& tx) { return tx.messages().Claim(now, now + kLease, limit); });
}

bool Save(Store& store, const Message& message) {
  return Do(store, [&](WriteTransaction& tx) { return tx.messages().Save({&message, 1}); }).at(0);
}

// Returns a message with a value in every field that its state allows.
Message Whole(UserId user_id) {
  Message m = SampleMessage(user_id);
  m.content = {"Grüße", "Hello\n", "<p>Hello</p>", "de"};
  m.attempts = 3;
  m.lease_epoch = 3;
  m.provider = "smtp";
  m.provider_message_id = "x";
  m.pinned_provider = "smtp";
  m.pin_time = kT0 + absl::Microseconds(1);
  m.last_error = "once";
  return m;
}

Message Find(Store& store, MessageId id) {
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.messages().Find(id); });
  REQUIRE(found.has_value());
  return *found;
}

bool AnyDue(Store& store, absl::Time now) {
  return Get(store, [&](ReadTransaction& tx) { return tx.messages().AnyDue(now); });
}

STORE_TEST("a message is found with every field") {
  Store& store = fixture.store();
  const Message owed = Whole(StoredUser(store)->id);
  Message ended = Whole(UserId());
  EndMessage(ended, MessageState::kSent, kT0 + absl::Seconds(2));
  ended.send_time = kT0 + absl::Seconds(1);
  for (const Message& message : {owed, ended}) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
    CHECK(Find(store, message.id) == message);
  }
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.messages().Find(MessageId(NextSampleUuid())); }));
}

STORE_TEST("due messages are claimed once, the longest due first") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  const Message late = Insert(store, user, kT0 + absl::Seconds(2));
  const Message early = Insert(store, user, kT0 + absl::Seconds(1));
  Insert(store, user, kT0 + absl::Hours(1));
  CHECK(!AnyDue(store, kT0));
  CHECK(Claim(store, kT0).empty());
  CHECK(AnyDue(store, kT0 + absl::Seconds(1)));

  const absl::Time now = kT0 + absl::Seconds(3);
  const std::vector<Message> first = Claim(store, now, 1);
  REQUIRE(first.size() == 1);
  Message expected = early;
  expected.state = MessageState::kSending;
  expected.attempts = 1;
  expected.lease_epoch = 1;
  expected.due_time = now + kLease;
  CHECK(first[0] == expected);
  CHECK(Find(store, early.id) == expected);

  const std::vector<Message> second = Claim(store, now);
  REQUIRE(second.size() == 1);
  CHECK(second[0].id == late.id);
  CHECK(!AnyDue(store, now));
}

STORE_TEST(
    "a message with an expired lease can be claimed again, and the first claim can't save an outcome") {
  Store& store = fixture.store();
  const Message message = Insert(store, StoredUser(store)->id);
  Message lost = Claim(store, kT0).at(0);
  CHECK(!AnyDue(store, kT0 + kLease - absl::Microseconds(1)));
  CHECK(AnyDue(store, kT0 + kLease));
  const Message held = Claim(store, kT0 + kLease).at(0);
  CHECK(held.lease_epoch == 2);
  CHECK(held.attempts == 2);

  EndMessage(lost, MessageState::kSent, kT0);
  CHECK(!Save(store, lost));
  CHECK(Find(store, message.id) == held);
}

STORE_TEST("the outcome of an attempt can be saved only once") {
  Store& store = fixture.store();
  Insert(store, StoredUser(store)->id);
  Message sent = Claim(store, kT0).at(0);
  EndMessage(sent, MessageState::kSent, kT0 + absl::Seconds(2));
  sent.content.subject = "Hello";
  sent.content.language = "en";
  sent.provider = "file";
  sent.provider_message_id = "id-1";
  sent.send_time = kT0 + absl::Seconds(1);
  CHECK(Save(store, sent));
  CHECK(Find(store, sent.id) == sent);
  CHECK(!Save(store, sent));
  CHECK(!AnyDue(store, absl::FromUnixSeconds(4'000'000'000)));
}

STORE_TEST(
    "Save writes outcomes with the current lease epoch, and rejects outcomes with another lease epoch") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  for (int i = 0; i < 3; ++i) Insert(store, user);
  std::vector<Message> claimed = Claim(store, kT0);
  REQUIRE(claimed.size() == 3);
  for (Message& message : claimed) EndMessage(message, MessageState::kSent, kT0);
  --claimed[1].lease_epoch;
  const auto save = [&] {
    return Do(store, [&](WriteTransaction& tx) { return tx.messages().Save(claimed); });
  };
  CHECK(save() == std::vector{true, false, true});
  CHECK(Find(store, claimed[2].id) == claimed[2]);
  CHECK(Find(store, claimed[1].id).state == MessageState::kSending);
  CHECK(save() == std::vector{false, false, false});
  claimed.clear();
  CHECK(save().empty());
}

STORE_TEST("a message is queued for its next attempt after a failed attempt") {
  Store& store = fixture.store();
  Insert(store, StoredUser(store)->id);
  Message again = Claim(store, kT0).at(0);
  again.state = MessageState::kQueued;
  again.due_time = kT0 + absl::Seconds(7);
  again.last_error = "busy";
  CHECK(Save(store, again));
  CHECK(Find(store, again.id) == again);
  CHECK(!AnyDue(store, kT0 + absl::Seconds(6)));
  CHECK(Claim(store, kT0 + absl::Seconds(7)).at(0).attempts == 2);
}

STORE_TEST("a claim can extend its lease and store the rendered body") {
  Store& store = fixture.store();
  Insert(store, StoredUser(store)->id);
  Message held = Claim(store, kT0).at(0);
  const Message whole = Whole(held.user_id);
  held.content = whole.content;
  held.provider = whole.provider;
  held.pinned_provider = whole.pinned_provider;
  held.pin_time = whole.pin_time;
  held.due_time = kT0 + 2 * kLease;
  CHECK(Save(store, held));
  CHECK(Find(store, held.id) == held);
  CHECK(!AnyDue(store, kT0 + kLease));
  CHECK(Claim(store, kT0 + kLease).empty());

  Message again = Claim(store, kT0 + 2 * kLease).at(0);
  CHECK(again.content == whole.content);
  CHECK(again.pin_time == whole.pin_time);
  CHECK(!Save(store, held));
  again.pinned_provider.clear();
  again.pin_time.reset();
  CHECK(Save(store, again));
  CHECK(Find(store, again.id) == again);
}

STORE_TEST("Save rejects a message that is not claimed") {
  Store& store = fixture.store();
  const Message queued = Insert(store, StoredUser(store)->id);
  Message changed = queued;
  EndMessage(changed, MessageState::kSent, kT0);
  CHECK(!Save(store, changed));
  CHECK(Find(store, queued.id) == queued);
  CHECK(!Save(store, SampleMessage(queued.user_id)));
}

STORE_TEST("an unclaimed message can be cancelled, marked DEAD and retried") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  const auto update = [&](const Message& message) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
      const Found<Message> found = tx.messages().FindForUpdate(message.id);
      return found.ok() ? tx.messages().Update(message) : found.status();
    }));
    CHECK(Find(store, message.id) == message);
  };
  Message cancelled = Insert(store, user);
  EndMessage(cancelled, MessageState::kCancelled, kT0 + absl::Seconds(1));
  update(cancelled);
  CHECK(Claim(store, kT0).empty());

  Message dead = Whole(user);
  EndMessage(dead, MessageState::kDead, kT0 + absl::Seconds(1));
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(dead); }));
  CHECK(!AnyDue(store, kT0 + absl::Hours(1)));
  dead.state = MessageState::kQueued;
  dead.attempts = 0;
  dead.due_time = kT0 + absl::Hours(1);
  dead.end_time.reset();
  update(dead);
  CHECK(!AnyDue(store, kT0 + absl::Hours(1) - absl::Microseconds(1)));
  const Message claimed = Claim(store, kT0 + absl::Hours(1)).at(0);
  CHECK(claimed.id == dead.id);
  CHECK(claimed.content == dead.content);
  CHECK(claimed.lease_epoch == 4);
}

STORE_TEST("Update fails for a missing message") {
  const Message message = SampleMessage(UserId());
  CHECK(absl::IsInternal(
      Write(fixture.store(), [&](WriteTransaction& tx) { return tx.messages().Update(message); })));
}

STORE_TEST("Supersede cancels only the queued messages of the given user and template") {
  Store& store = fixture.store();
  const UserId ann = StoredUser(store, "ann@example.com")->id;
  const UserId bob = StoredUser(store, "bob@example.com")->id;
  const Message under_way = Insert(store, ann, kT0 - absl::Seconds(1));
  const Message claimed = Claim(store, kT0 - absl::Seconds(1)).at(0);
  Message queued = Whole(ann);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(queued); }));
  const Message of_bob = Insert(store, bob);
  Message other = SampleMessage(ann);
  other.template_name = "welcome";
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(other); }));

  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    return tx.messages().Supersede(ann, "verify_email", kT0 + absl::Seconds(5));
  }));
  EndMessage(queued, MessageState::kCancelled, kT0 + absl::Seconds(5));
  CHECK(Find(store, queued.id) == queued);
  CHECK(Find(store, under_way.id) == claimed);
  CHECK(Find(store, of_bob.id) == of_bob);
  CHECK(Find(store, other.id) == other);
}

}  // namespace
}  // namespace keelson
