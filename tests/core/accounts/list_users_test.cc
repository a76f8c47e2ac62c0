#include "core/accounts/list_users.h"

#include "core/accounts/user_repository.h"
#include "core/store/store.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

struct Listing {
  // Stores a user with this address that was created `age` ago.
  UserId Add(const std::string& email, absl::Duration age = absl::ZeroDuration(),
             UserState state = UserState::kActive, Labels labels = {}) {
    const EmailAddress address = Must(EmailAddress::Parse(email));
    User user = User::Register(world.ids.Next<UserKind>(), address, "", "en", std::move(labels),
                               world.clock.Now() - age);
    UserFields fields = user.fields();
    fields.state = state;
    user = User(fields);
    Must(world.store.Write(Deadline::Never(),
                           [&](WriteTransaction& tx) { return tx.users().Insert(user, "hash"); }));
    return user->id;
  }

  absl::StatusOr<UserPage> Page() { return ListUsers(world.store, tokens).Handle(world.context, query); }
  // The users of all pages.
  std::vector<UserId> All() {
    std::vector<UserId> ids;
    query.page_token.clear();
    do {
      const UserPage page = Must(Page());
      for (const User& user : page.users) ids.push_back(user->id);
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return ids;
  }

  World world;
  PageTokens tokens{Sha256("key")};
  ListUsersQuery query;
};

using Ids = std::vector<UserId>;

TEST_CASE("Users are listed by creation time, newest first, not in the order in which they were stored") {
  Listing list;
  const UserId second = list.Add("b@example.com", absl::Hours(1));
  const UserId first = list.Add("a@example.com");
  const UserId imported = list.Add("c@example.com", absl::Hours(24 * 365));
  const UserId third = list.Add("d@example.com", absl::Hours(2));
  for (const std::int32_t size : {1, 2, 3, 4, 0}) {
    list.query.page_size = size;
    CHECK(list.All() == Ids{first, second, third, imported});
  }
}

TEST_CASE("Pages list each existing user once, even if new users register between two pages") {
  Listing list;
  Ids there;
  for (int i = 0; i < 9; ++i) there.push_back(list.Add(StrCat("u", i, "@example.com")));
  list.query.page_size = 2;
  Ids seen;
  do {
    const UserPage page = Must(list.Page());
    for (const User& user : page.users) seen.push_back(user->id);
    list.Add(StrCat("new", seen.size(), "@example.com"));
    list.query.page_token = page.next_page_token;
  } while (!list.query.page_token.empty());
  CHECK(seen == Ids(there.rbegin(), there.rend()));
}

TEST_CASE("Deleted and erased users are listed only if the filter contains their state") {
  Listing list;
  const UserId active = list.Add("a@example.com", absl::Hours(1));
  const UserId suspended = list.Add("b@example.com", absl::Hours(2), UserState::kSuspended);
  const UserId deleted = list.Add("c@example.com", absl::Hours(3), UserState::kDeleted);
  const UserId erased = list.Add("d@example.com", absl::Hours(4), UserState::kErased);
  CHECK(list.All() == Ids{active, suspended});
  list.query.states = {UserState::kErased, UserState::kDeleted};
  CHECK(list.All() == Ids{deleted, erased});
  list.query.states = {UserState::kActive, UserState::kSuspended, UserState::kDeleted, UserState::kErased};
  CHECK(list.All() == Ids{active, suspended, deleted, erased});
  list.query.email_prefix = "d@";
  CHECK(list.All().empty());
}

TEST_CASE("Users are found by a prefix of their address, ignoring case") {
  Listing list;
  const UserId other = list.Add("Adam@example.com");
  const UserId jorg = list.Add("jörg@bücher.example");
  const UserId ada = list.Add("ada@example.com");
  const auto with = [&](const std::string& prefix) {
    list.query.email_prefix = prefix;
    return list.All();
  };
  CHECK(with("") == Ids{ada, jorg, other});
  CHECK(with("ada") == Ids{ada, other});
  CHECK(with(" ADA@Exam") == Ids{ada});
  CHECK(with("ada@example.com") == Ids{ada});
  CHECK(with("ada@example.comm").empty());
  CHECK(with("JÖ") == Ids{jorg});
  CHECK(with("jörg@Bücher.ex") == Ids{jorg});
  CHECK(with("%").empty());
}

TEST_CASE("created_from and created_before select the right users if they lie between two microseconds") {
  Listing list;
  const UserId newer = list.Add("a@example.com");
  const UserId older = list.Add("b@example.com", absl::Microseconds(1));
  const absl::Time between = list.world.clock.Now() - absl::Nanoseconds(500);
  list.query.created_from = between;
  CHECK(list.All() == Ids{newer});
  list.query.created_from.reset();
  list.query.created_before = between;
  CHECK(list.All() == Ids{older});
  list.query.created_before = list.world.clock.Now();
  CHECK(list.All() == Ids{older});
  list.query.created_from = list.world.clock.Now();
  CHECK(list.All().empty());
}

TEST_CASE("A page has 50 users by default and at most 1000") {
  Listing list;
  for (int i = 0; i < 1001; ++i) list.Add(StrCat("u", i, "@example.com"));
  CHECK(Must(list.Page()).users.size() == 50);
  list.query.page_size = 100;
  CHECK(Must(list.Page()).users.size() == 100);
  list.query.page_size = 101;
  CHECK(Must(list.Page()).users.size() == 101);
  list.query.page_size = 1'000'000;
  UserPage page = Must(list.Page());
  CHECK(page.users.size() == 1000);
  list.query.page_token = page.next_page_token;
  page = Must(list.Page());
  CHECK(page.users.size() == 1);
  CHECK(page.next_page_token.empty());
}

TEST_CASE("A page of large users ends before page_size, and the next pages contain the remaining users") {
  Listing list;
  Labels labels;
  for (int i = 0; i < 64; ++i) labels[StrCat(i, std::string(62, 'k'))] = std::string(512, 'v');
  Ids there;
  for (int i = 0; i < 250; ++i) {
    there.push_back(list.Add(StrCat("u", i, "@example.com"), absl::ZeroDuration(), UserState::kActive,
                             i % 2 == 0 ? labels : Labels()));
  }
  list.query.page_size = 1000;
  Ids seen;
  do {
    const UserPage page = Must(list.Page());
    CHECK(page.users.size() < 200);
    for (const User& user : page.users) seen.push_back(user->id);
    list.query.page_token = page.next_page_token;
  } while (!list.query.page_token.empty());
  CHECK(seen == Ids(there.rbegin(), there.rend()));
}

TEST_CASE("ListUsers reports every invalid field, and rejects the page token of a query with other filters") {
  Listing list;
  for (int i = 0; i < 3; ++i) list.Add(StrCat("u", i, "@example.com"));
  list.query.page_size = 1;
  list.query.page_token = Must(list.Page()).next_page_token;
  REQUIRE_FALSE(list.query.page_token.empty());
  list.query.email_prefix = "u";
  CHECK(ReasonOf(list.Page()) == "PAGE_TOKEN_INVALID");
  list.query.email_prefix = "";
  list.query.states = {UserState::kActive};
  CHECK(ReasonOf(list.Page()) == "PAGE_TOKEN_INVALID");
  list.query.states = {UserState::kActive, UserState::kSuspended};
  CHECK(ReasonOf(list.Page()) == "OK");

  list.query.page_size = -1;
  list.query.email_prefix = "\xff";
  CHECK(BadFields(list.Page()) == Fields{"page_size", "email_prefix"});
  list.query.email_prefix = std::string(255, 'a');
  CHECK(BadFields(list.Page()) == Fields{"page_size", "email_prefix"});
}

}  // namespace
}  // namespace keelson
