// Tests ListUsers and BatchGetUsers with a client's default limits.
#include <catch2/catch.hpp>
#include <set>

#include "core/accounts/user_repository.h"
#include "core/common/strings.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {
namespace {

using Ids = std::vector<std::string>;

Ids IdsOf(const accounts::v1::ListUsersResponse& page) {
  Ids ids;
  for (const accounts::v1::User& user : page.users()) ids.push_back(user.id());
  return ids;
}

// Returns the ids of the users on all pages, in order.
Ids AllUsers(const Client& client, const std::string& query) {
  Ids ids;
  std::string token;
  do {
    const auto page = client(&Accounts::ListUsers, StrCat(query, " ", Field("page_token", token)));
    REQUIRE(Outcome(page) == "OK");
    const Ids more = IdsOf(page.value);
    ids.insert(ids.end(), more.begin(), more.end());
    token = page->next_page_token();
  } while (!token.empty());
  return ids;
}

// [sqlite]: the test backdates an account by writing to the database file.
TEST_CASE("ListUsers applies every filter, and a page token is valid after a restart", "[sqlite]") {
  const Folder folder;
  Ids users;
  std::string token;
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    for (const char* email : {"ada@example.com", "Adam@example.com", "bob@example.com", "eve@example.com"}) {
      users.insert(users.begin(), RegisterUser(client, email));
    }
    CHECK(AllUsers(client, "") == users);
    CHECK(AllUsers(client, "page_size: 1") == users);
    CHECK(AllUsers(client, "email_prefix: 'ADA'") == Ids{users[2], users[3]});
    CHECK(AllUsers(client, "states: USER_STATE_SUSPENDED").empty());
    CHECK(AllUsers(client, "created_before { seconds: 1 }").empty());
    CHECK(AllUsers(client, "created_from { seconds: 1 } states: USER_STATE_ACTIVE page_size: 3") == users);
    const auto page = client(&Accounts::ListUsers, "page_size: 2");
    CHECK(IdsOf(page.value) == Ids{users[0], users[1]});
    token = page->next_page_token();
    CHECK(service.Stop() == 0);
  }
  // Accounts that were imported from another system can have an earlier create_time.
  Database(folder / "keelson.db").Execute("UPDATE users SET create_time = 1 WHERE email_key LIKE 'adam@%'");
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(IdsOf(client(&Accounts::ListUsers, StrCat("page_size: 2 ", Field("page_token", token))).value) ==
        Ids{users[3], users[2]});
  CHECK(AllUsers(client, "page_size: 3") == Ids{users[0], users[1], users[3], users[2]});
  CHECK(Outcome(client(&Accounts::ListUsers, StrCat("email_prefix: 'a' ", Field("page_token", token)))) ==
        "INVALID_ARGUMENT PAGE_TOKEN_INVALID");
}

TEST_CASE("BatchGetUsers returns users in the requested order, and lists the unknown ids") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string ada = RegisterUser(client, "ada@example.com");
  const std::string bob = RegisterUser(client, "bob@example.com");
  const std::string unknown = "user_01jzzzzzzzzzzzzzzzzzzzzzzz";
  const auto batch = client(&Accounts::BatchGetUsers, StrCat(Field("ids", bob), Field("ids", unknown),
                                                             Field("ids", ada), Field("ids", bob)));
  REQUIRE(Outcome(batch) == "OK");
  REQUIRE(batch->users_size() == 3);
  CHECK(batch->users(0).id() == bob);
  CHECK(batch->users(1).email() == "ada@example.com");
  CHECK(batch->users(2).id() == bob);
  REQUIRE(batch->missing_ids_size() == 1);
  CHECK(batch->missing_ids(0) == unknown);
  CHECK(BadFields(client(&Accounts::BatchGetUsers, "").status) == " ids");
  CHECK(BadFields(client(&Accounts::BatchGetUsers, StrCat(Field("ids", ada), "ids: 'x' ids: ''")).status) ==
        " ids[1] ids[2]");
}

TEST_CASE("a page of users with the maximum of labels fits a client's default message limit") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const Client client = service.Connect();
  accounts::v1::RegisterUserRequest request;
  request.set_password(kPassword);
  for (int i = 0; i < 64; ++i) {
    (*request.mutable_labels())[StrCat(i, std::string(62, 'k'))] = std::string(512, 'v');
  }
  constexpr int kUsers = 130;
  for (int i = 0; i < kUsers; ++i) {
    request.set_email(StrCat("user", i, "@example.com"));
    REQUIRE(Outcome(client(&Accounts::RegisterUser, request)) == "OK");
  }
  const auto page = client(&Accounts::ListUsers, "page_size: 1000");
  REQUIRE(Outcome(page) == "OK");
  CHECK(page->ByteSizeLong() < (std::size_t{3} << 20));
  CHECK(page->ByteSizeLong() > (std::size_t{5} << 19));
  const Ids all = AllUsers(client, "page_size: 1000");
  CHECK(all.size() == kUsers);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == kUsers);
}

}  // namespace
}  // namespace keelson::e2e
