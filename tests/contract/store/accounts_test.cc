#include <algorithm>
#include <atomic>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

Found<User> FindByEmail(ReadTransaction& tx, const std::string& key) {
  return tx.users().FindByEmailKey(key);
}

STORE_TEST("a user is found by id and by e-mail address, with every field") {
  Store& store = fixture.store();
  const User plain = StoredUser(store, "a@example.com");
  const User full = With(SampleUser("b@example.com"), [](UserFields& f) {
    f.email_verify_time = kT0 + absl::Seconds(1);
    f.state = UserState::kDeleted;
    f.labels.clear();
    f.delete_time = kT0 + absl::Seconds(2);
    f.purge_time = kT0 + absl::Seconds(3);
    f.version = 7;
    f.suspend_time = kT0 + absl::Seconds(4);
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(full, "$argon2id$hash"); }));

  for (const User& user : {plain, full}) {
    const auto by_id = Get(store, [&](ReadTransaction& tx) { return tx.users().Find(user->id); });
    REQUIRE(by_id.has_value());
    CHECK(by_id->fields() == user.fields());
    const auto by_email = Get(store, [&](ReadTransaction& tx) { return FindByEmail(tx, user->email_key); });
    REQUIRE(by_email.has_value());
    CHECK(by_email->fields() == user.fields());
  }
}

STORE_TEST("Find returns nothing for a missing user") {
  CHECK(!Get(fixture.store(), [](ReadTransaction& tx) { return tx.users().Find(UserId(NextSampleUuid())); }));
  CHECK(!Get(fixture.store(), [](ReadTransaction& tx) { return FindByEmail(tx, "nobody@example.com"); }));
}

STORE_TEST("an e-mail address belongs to at most one account") {
  Store& store = fixture.store();
  const User first = StoredUser(store, "a@example.com");
  const User second = SampleUser("a@example.com");
  const absl::Status status =
      Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(second, "$argon2id$hash"); });
  CHECK(HasReason(status, Reason::kEmailTaken));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return tx.users().Find(second->id); }));
}

STORE_TEST(
    "an account can change only to an unused e-mail address, and its previous address becomes available") {
  Store& store = fixture.store();
  const User first = StoredUser(store, "a@example.com");
  const User second = StoredUser(store, "b@example.com");
  const auto move_to = [&](const User& user, const std::string& key) {
    return Write(store, [&](WriteTransaction& tx) {
      return tx.users().Update(With(user, [&](UserFields& f) { f.email_key = key; }));
    });
  };
  CHECK(HasReason(move_to(second, "a@example.com"), Reason::kEmailTaken));
  REQUIRE_OK(move_to(second, "c@example.com"));
  REQUIRE_OK(move_to(first, "b@example.com"));
  const auto holder = Get(store, [&](ReadTransaction& tx) { return FindByEmail(tx, "b@example.com"); });
  REQUIRE(holder.has_value());
  CHECK((*holder)->id == first->id);
}

STORE_TEST("the e-mail address of an erased account can be used by a new account") {
  Store& store = fixture.store();
  const User erased =
      With(StoredUser(store, "a@example.com"), [](UserFields& f) { f.state = UserState::kErased; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(erased); }));
  CHECK(!Get(store, [&](ReadTransaction& tx) { return FindByEmail(tx, "a@example.com"); }));
  const User next = StoredUser(store, "a@example.com");
  const auto holder = Get(store, [&](ReadTransaction& tx) { return FindByEmail(tx, "a@example.com"); });
  REQUIRE(holder.has_value());
  CHECK((*holder)->id == next->id);
}

STORE_TEST("FindManyByEmailKey returns the accounts that hold the addresses") {
  Store& store = fixture.store();
  const User ann = StoredUser(store, "ann@example.com");
  const User bob = StoredUser(store, "bob@example.com");
  const User erased =
      With(StoredUser(store, "eve@example.com"), [](UserFields& f) { f.state = UserState::kErased; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(erased); }));
  const std::vector<std::string> keys = {"bob@example.com", "nobody@example.com", "ann@example.com",
                                         "eve@example.com"};
  const std::vector<User> found =
      Get(store, [&](ReadTransaction& tx) { return tx.users().FindManyByEmailKey(keys); });
  CHECK(found.size() == 2);
  for (const User& user : found) CHECK(user.fields() == (user->id == ann->id ? ann : bob).fields());
  CHECK(Get(store, [](ReadTransaction& tx) { return tx.users().FindManyByEmailKey({}); }).empty());
}

STORE_TEST("InsertMany inserts the accounts with every field, and skips the addresses that are taken") {
  Store& store = fixture.store();
  const User holder = StoredUser(store, "taken@example.com");
  const User plain = SampleUser("b@example.com");
  const User full = With(SampleUser("a@example.com"), [](UserFields& f) {
    f.email_verify_time = kT0 + absl::Seconds(1);
    f.state = UserState::kDeleted;
    f.labels.clear();
    f.delete_time = kT0 + absl::Seconds(2);
    f.purge_time = kT0 + absl::Seconds(3);
    f.version = 7;
    f.suspend_time = kT0 + absl::Seconds(4);
  });
  const std::vector<NewAccount> accounts = {{plain, "$argon2id$plain"},
                                            {SampleUser("taken@example.com"), "$argon2id$other"},
                                            {full, std::nullopt},
                                            {SampleUser("b@example.com"), "$argon2id$second"}};
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.users().InsertMany(accounts); }) ==
        std::vector<bool>{true, false, true, false});
  for (const User& user : {plain, full, holder}) {
    const auto found = Get(store, [&](ReadTransaction& tx) { return FindByEmail(tx, user->email_key); });
    REQUIRE(found.has_value());
    CHECK(found->fields() == user.fields());
  }
  const auto hash_of = [&](const User& user) {
    return Do(store, [&](WriteTransaction& tx) { return tx.users().FindPasswordHash(user->id); });
  };
  CHECK(hash_of(plain) == "$argon2id$plain");
  CHECK(!hash_of(full));
  CHECK(hash_of(holder) == "$argon2id$hash");
  CHECK(!hash_of(accounts[1].user));
}

STORE_TEST("InsertMany inserts nothing for no accounts, and uses the address of an erased account") {
  Store& store = fixture.store();
  const User erased =
      With(StoredUser(store, "a@example.com"), [](UserFields& f) { f.state = UserState::kErased; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(erased); }));
  CHECK(Do(store, [](WriteTransaction& tx) { return tx.users().InsertMany({}); }).empty());
  const std::vector<NewAccount> accounts = {{SampleUser("a@example.com"), std::nullopt}};
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.users().InsertMany(accounts); }) ==
        std::vector<bool>{true});
}

STORE_TEST("concurrent InsertMany of the same addresses in any order insert each address once") {
  Store& store = fixture.store();
  constexpr int kThreads = 4;
  constexpr int kAddresses = 50;
  std::atomic<int> inserted = 0;
  std::atomic<int> failed = 0;
  InParallel(kThreads, [&](int thread) {
    std::vector<NewAccount> accounts;
    for (int i = 0; i < kAddresses; ++i) {
      const int number = thread % 2 == 0 ? i : kAddresses - i - 1;
      accounts.push_back({SampleUser(std::to_string(number) + "@example.com"), "$argon2id$hash"});
    }
    std::vector<bool> result;
    const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(result, tx.users().InsertMany(accounts));
      return absl::OkStatus();
    });
    if (!status.ok()) ++failed;
    inserted += static_cast<int>(std::count(result.begin(), result.end(), true));
  });
  CHECK(failed == 0);
  CHECK(inserted == kAddresses);
}

STORE_TEST("Update writes every mutable field, and fails for a missing user") {
  Store& store = fixture.store();
  const User changed = With(StoredUser(store), [](UserFields& f) {
    f.email = "New@example.com";
    f.email_key = "new@example.com";
    f.email_verify_time = kT0;
    f.display_name = "";
    f.locale = "fr";
    f.state = UserState::kSuspended;
    f.labels = {{"k", "v"}};
    f.update_time = kT0 + absl::Hours(1);
    f.delete_time = kT0 + absl::Hours(2);
    f.purge_time = kT0 + absl::Hours(3);
    f.suspend_time = kT0 + absl::Hours(4);
    f.version = 2;
  });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(changed); }));
  const auto found = Get(store, [&](ReadTransaction& tx) { return tx.users().Find(changed->id); });
  REQUIRE(found.has_value());
  CHECK(found->fields() == changed.fields());

  const User unknown = SampleUser("unknown@example.com");
  CHECK(absl::IsInternal(Write(store, [&](WriteTransaction& tx) { return tx.users().Update(unknown); })));
}

std::optional<std::string> PasswordHashOf(Store& store, UserId id) {
  return Do(store, [&](WriteTransaction& tx) { return tx.users().FindPasswordHash(id); });
}

absl::Status SetPasswordHash(Store& store, UserId id, const std::string& hash) {
  return Write(store, [&](WriteTransaction& tx) { return tx.users().SetPasswordHash(id, hash); });
}

STORE_TEST("the password hash of a user is found and replaced") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  const UserId other = StoredUser(store, "other@example.com")->id;
  CHECK(PasswordHashOf(store, id) == "$argon2id$hash");
  REQUIRE_OK(SetPasswordHash(store, id, "$argon2id$new"));
  CHECK(PasswordHashOf(store, id) == "$argon2id$new");
  CHECK(PasswordHashOf(store, other) == "$argon2id$hash");
}

STORE_TEST("a missing user has no password hash, and can't get one") {
  Store& store = fixture.store();
  const UserId unknown(NextSampleUuid());
  CHECK(!PasswordHashOf(store, unknown));
  CHECK(absl::IsInternal(SetPasswordHash(store, unknown, "$hash")));
}

STORE_TEST("exactly one of many concurrent password changes finds the old password hash") {
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  std::atomic<int> changed{0};
  std::atomic<int> outdated{0};
  InParallel(16, [&](int thread) {
    const absl::Status status = Write(store, [&](WriteTransaction& tx) -> absl::Status {
      absl::Status locked = tx.users().FindForUpdate(id).status();
      if (!locked.ok()) return locked;
      const Found<std::string> hash = tx.users().FindPasswordHash(id);
      if (!hash.ok()) return hash.status();
      if (*hash != "$argon2id$hash") return absl::AbortedError("another password");
      return tx.users().SetPasswordHash(id, std::to_string(thread));
    });
    if (status.ok()) ++changed;
    if (absl::IsAborted(status)) ++outdated;
  });
  CHECK(changed == 1);
  CHECK(outdated == 15);
}

EmailToken SampleToken(UserId user_id, std::uint8_t number) {
  EmailToken token;
  token.digest.fill(number);
  token.user_id = user_id;
  token.email_key = "owner@example.com";
  token.expire_time = kT0 + absl::Hours(1);
  return token;
}

STORE_TEST("a token is found by its digest") {
  Store& store = fixture.store();
  EmailToken token = SampleToken(StoredUser(store)->id, 1);
  token.purpose = TokenPurpose::kChangeEmail;
  token.new_email = "New@Bücher.example";
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); }));
  for (int i = 0; i < 2; ++i) {
    CHECK(Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(token.digest); }) == token);
  }
  EmailToken unknown = token;
  unknown.digest.fill(2);
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(unknown.digest); }));
}

STORE_TEST("a new token replaces the user's earlier token of the same purpose") {
  Store& store = fixture.store();
  EmailToken older = SampleToken(StoredUser(store)->id, 1);
  older.purpose = TokenPurpose::kChangeEmail;
  older.new_email = "older@example.com";
  EmailToken newer = older;
  newer.digest.fill(2);
  newer.new_email = "newer@example.com";
  const EmailToken other = SampleToken(StoredUser(store, "other@example.com")->id, 3);
  for (const EmailToken& token : {older, other, newer}) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); }));
  }
  CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(older.digest); }));
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(newer.digest); }) == newer);
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(other.digest); }) == other);
}

STORE_TEST("Delete removes the user's token of one purpose") {
  Store& store = fixture.store();
  const EmailToken verify = SampleToken(StoredUser(store)->id, 1);
  EmailToken reset = SampleToken(verify.user_id, 2);
  reset.purpose = TokenPurpose::kResetPassword;
  const EmailToken other = SampleToken(StoredUser(store, "other@example.com")->id, 3);
  for (const EmailToken& token : {verify, reset, other}) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); }));
  }
  for (int i = 0; i < 2; ++i) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
      return tx.tokens().Delete(verify.user_id, TokenPurpose::kVerifyEmail);
    }));
    CHECK(!Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(verify.digest); }));
  }
  for (const EmailToken& token : {reset, other}) {
    CHECK(Do(store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(token.digest); }) == token);
  }
}

}  // namespace
}  // namespace keelson
