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

bool Finish(Store& store, const Message& message) {
  return Do(store, [&](WriteTransaction& tx) { return tx.messages().Finish(message); });
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
  TestType fixture;
  Store& store = fixture.store();
  Message message = SampleMessage(StoredUser(store)->id);
  message.state = MessageState::kSent;
  message.attempts = 3;
  message.lease_epoch = 3;
  message.provider = "smtp";
  message.provider_message_id = "x";
  message.last_error = "once";
  message.variables.clear();
  message.send_time = kT0 + absl::Seconds(1);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
  CHECK(Find(store, message.id) == message);
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.messages().Find(MessageId(NextSampleUuid())); }));
}

STORE_TEST("due messages are claimed, the longest due first, and nobody gets them twice") {
  TestType fixture;
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

STORE_TEST("a claimed message is due again when its lease has run out, and the old claim writes nothing") {
  TestType fixture;
  Store& store = fixture.store();
  const Message message = Insert(store, StoredUser(store)->id);
  Message lost = Claim(store, kT0).at(0);
  CHECK(!AnyDue(store, kT0 + kLease - absl::Microseconds(1)));
  CHECK(AnyDue(store, kT0 + kLease));
  const Message held = Claim(store, kT0 + kLease).at(0);
  CHECK(held.lease_epoch == 2);
  CHECK(held.attempts == 2);

  lost.state = MessageState::kSent;
  CHECK(!Finish(store, lost));
  CHECK(Find(store, message.id) == held);
}

STORE_TEST("an outcome is written once") {
  TestType fixture;
  Store& store = fixture.store();
  Insert(store, StoredUser(store)->id);
  Message sent = Claim(store, kT0).at(0);
  sent.state = MessageState::kSent;
  sent.variables.clear();
  sent.provider = "file";
  sent.provider_message_id = "id-1";
  sent.send_time = kT0 + absl::Seconds(1);
  CHECK(Finish(store, sent));
  CHECK(Find(store, sent.id) == sent);
  CHECK(!Finish(store, sent));
  CHECK(!AnyDue(store, absl::FromUnixSeconds(4'000'000'000)));
}

STORE_TEST("a message that failed is queued for its next attempt") {
  TestType fixture;
  Store& store = fixture.store();
  Insert(store, StoredUser(store)->id);
  Message again = Claim(store, kT0).at(0);
  again.state = MessageState::kQueued;
  again.due_time = kT0 + absl::Seconds(7);
  again.last_error = "busy";
  CHECK(Finish(store, again));
  CHECK(Find(store, again.id) == again);
  CHECK(!AnyDue(store, kT0 + absl::Seconds(6)));
  CHECK(Claim(store, kT0 + absl::Seconds(7)).at(0).attempts == 2);
}

STORE_TEST("a newer message takes the place of the user's queued ones of its template") {
  TestType fixture;
  Store& store = fixture.store();
  const UserId ann = StoredUser(store, "ann@example.com")->id;
  const UserId bob = StoredUser(store, "bob@example.com")->id;
  const Message under_way = Insert(store, ann, kT0 - absl::Seconds(1));
  const Message claimed = Claim(store, kT0 - absl::Seconds(1)).at(0);
  const Message queued = Insert(store, ann);
  const Message of_bob = Insert(store, bob);
  Message other = SampleMessage(ann);
  other.template_name = "welcome";
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(other); }));

  REQUIRE_OK(
      Write(store, [&](WriteTransaction& tx) { return tx.messages().Supersede(ann, "verify_email"); }));
  Message cancelled = queued;
  cancelled.state = MessageState::kCancelled;
  cancelled.variables.clear();
  CHECK(Find(store, queued.id) == cancelled);
  CHECK(Find(store, under_way.id) == claimed);
  CHECK(Find(store, of_bob.id) == of_bob);
  CHECK(Find(store, other.id) == other);
}

}  // namespace
}  // namespace keelson
