#include "core/accounts/import_users.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"

namespace keelson {
namespace {

UserRecord RecordOf(std::string email) {
  UserRecord record;
  record.email = std::move(email);
  record.password_hash = FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword)));
  record.display_name = " Grace ";
  record.locale = "fr";
  record.labels = {{"plan", "gold"}};
  return record;
}

absl::StatusOr<ImportResult> Import(World& world, std::vector<UserRecord> records) {
  return ImportUsers(world.store, world.hasher, world.clock, world.ids)
      .Handle(world.context, std::move(records));
}

std::optional<User> FindUser(World& world, std::string_view email_key) {
  std::optional<User> user;
  Must(world.store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    Found<User> found = tx.users().FindByEmailKey(email_key);
    if (found.ok()) user = *std::move(found);
    return found.status();
  }));
  return user;
}

std::optional<std::string> ImportedHashOf(World& world, const User& user) {
  std::optional<std::string> hash;
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
    Found<std::string> found = tx.users().FindPasswordHash(user->id);
    if (found.ok()) hash = *std::move(found);
    return found.status();
  }));
  return hash;
}

// "0 EMAIL_TAKEN" for each failure.
Fields FailuresOf(const ImportResult& result) {
  Fields failures;
  for (const ImportFailure& failure : result.failures) {
    failures.push_back(std::to_string(failure.index) + " " + ReasonOf(failure.status));
  }
  return failures;
}

TEST_CASE("ImportUsers creates an active user with every field and the hash of the record") {
  World world;
  UserRecord record = RecordOf("Grace@Example.com");
  record.email_verified = true;
  record.create_time = world.clock.Now() - absl::Hours(24 * 365);
  const std::string hash = record.password_hash;
  const ImportResult result = Must(Import(world, {record}));
  CHECK(result.imported == 1);
  CHECK(result.failures.empty());

  const User user = FindUser(world, "grace@example.com").value();
  CHECK(user->email == "Grace@Example.com");
  CHECK(user->display_name == "Grace");
  CHECK(user->locale == "fr");
  CHECK(user->labels == record.labels);
  CHECK(user->state == UserState::kActive);
  CHECK(user->email_verify_time == world.clock.Now());
  CHECK(user->create_time == *record.create_time);
  CHECK(user->update_time == world.clock.Now());
  CHECK(ImportedHashOf(world, user) == hash);
  CHECK(world.hasher.hashes == 0);
}

TEST_CASE("ImportUsers without optional fields creates an unverified user without a password") {
  World world;
  UserRecord record;
  record.email = "grace@example.com";
  CHECK(Must(Import(world, {record})).imported == 1);
  const User user = FindUser(world, "grace@example.com").value();
  CHECK(!user->email_verify_time);
  CHECK(user->create_time == world.clock.Now());
  CHECK(user->locale == "en");
  CHECK(!ImportedHashOf(world, user));
}

TEST_CASE("ImportUsers sends no e-mail, and records one event without personal data for each user") {
  World world;
  CHECK(Must(Import(world, {RecordOf("a@example.com"), RecordOf("b@example.com")})).imported == 2);
  CHECK(world.Outbox().empty());
  CHECK(world.NewEvents() == Fields{"user.imported", "user.imported"});
  const User second = FindUser(world, "b@example.com").value();
  const Event event = world.Events().back();
  CHECK(event.subject == second->id.ToString());
  CHECK(event.user_id == second->id);
  CHECK(event.actor == "web");
  CHECK(event.payload == "{}");
}

TEST_CASE("ImportUsers leaves out invalid records and names every invalid field") {
  World world;
  UserRecord invalid;
  invalid.email = "nobody";
  invalid.password_hash = "md5:0123";
  invalid.display_name = "two\nlines";
  invalid.locale = "not a locale";
  invalid.labels = {{"", "x"}};
  invalid.create_time = world.clock.Now() + absl::Microseconds(1);
  const ImportResult result =
      Must(Import(world, {RecordOf("a@example.com"), invalid, RecordOf("b@example.com")}));
  CHECK(result.imported == 2);
  REQUIRE(FailuresOf(result) == Fields{"1 FIELD_INVALID"});
  CHECK(BadFields(result.failures[0].status) ==
        Fields{"email", "password_hash", "display_name", "locale", "labels[\"\"]", "create_time"});
  // The hash itself is not part of the message.
  CHECK(result.failures[0].status.message().find("0123") == absl::string_view::npos);
  CHECK(FindUser(world, "b@example.com"));
}

TEST_CASE("ImportUsers reports the violations of the transport together with its own") {
  World world;
  UserRecord record = RecordOf("nobody");
  record.errors.Add("create_time", "must be valid");
  const ImportResult result = Must(Import(world, {record}));
  REQUIRE(FailuresOf(result) == Fields{"0 FIELD_INVALID"});
  CHECK(BadFields(result.failures[0].status) == Fields{"create_time", "email"});
}

TEST_CASE("ImportUsers reports EMAIL_TAKEN for addresses of accounts and of earlier records") {
  World world;
  const User ada = world.Ada();
  UserRecord invalid = RecordOf("nobody");
  const ImportResult result = Must(Import(
      world, {RecordOf("ADA@example.com"), RecordOf("b@example.com"), invalid, RecordOf("B@EXAMPLE.COM")}));
  CHECK(result.imported == 1);
  CHECK(FailuresOf(result) == Fields{"0 EMAIL_TAKEN", "2 FIELD_INVALID", "3 EMAIL_TAKEN"});
  CHECK(world.Load(ada->id).fields() == ada.fields());
  CHECK(FindUser(world, "b@example.com").value()->email == "b@example.com");
}

TEST_CASE("ImportUsers finds an account that an earlier version stored under another key") {
  World world;
  const User ada = Must(world.Register(Registration("stra\u00dfe@example.com"))).value();
  UserFields fields = ada.fields();
  fields.email_key = "strasse@example.com";
  world.Overwrite(fields);
  const ImportResult result =
      Must(Import(world, {RecordOf("Stra\u00dfe@example.com"), RecordOf("c@example.com")}));
  CHECK(result.imported == 1);
  CHECK(FailuresOf(result) == Fields{"0 EMAIL_TAKEN"});
}

TEST_CASE("A repeated import reports the imported users as taken and imports the rest") {
  World world;
  CHECK(Must(Import(world, {RecordOf("a@example.com")})).imported == 1);
  world.NewEvents();
  const ImportResult again = Must(Import(world, {RecordOf("a@example.com"), RecordOf("b@example.com")}));
  CHECK(again.imported == 1);
  CHECK(FailuresOf(again) == Fields{"0 EMAIL_TAKEN"});
  CHECK(world.NewEvents() == Fields{"user.imported"});
}

TEST_CASE("A batch without a valid record does not write") {
  World world;
  world.context.deadline = Deadline::After(absl::ZeroDuration());
  CHECK(Must(Import(world, {RecordOf("nobody")})).failures.size() == 1);
  CHECK(absl::IsDeadlineExceeded(Import(world, {RecordOf("a@example.com")}).status()));
}

}  // namespace
}  // namespace keelson
