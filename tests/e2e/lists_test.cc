// Tests the List methods and BatchGetUsers, with a client's default limits.
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

// Returns the ids of the listed orders or refunds, each followed by a space.
std::string ListedOrders(const Client& client, const std::string& query) {
  const auto page = client(&Orders::ListOrders, query);
  REQUIRE(Outcome(page) == "OK");
  std::string ids;
  for (const orders::v1::Order& order : page->orders()) ids += order.id() + " ";
  return ids;
}
std::string ListedRefunds(const Client& client, const std::string& query) {
  const auto page = client(&Refunds::ListRefunds, query);
  REQUIRE(Outcome(page) == "OK");
  std::string ids;
  for (const refunds::v1::Refund& refund : page->refunds()) ids += refund.id() + " ";
  return ids;
}

TEST_CASE("orders and refunds are found by payment, order reference, label and refund status") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  const auto created =
      client(&Orders::CreateOrder,
             StrCat(Field("user_id", user_id), "lines { quantity: 2 ", Euros("unit_price", 500),
                    "} reference: ' Cafe\xcc\x81 1\\n' labels { key: 'channel' value: 'web' }"));
  REQUIRE(Outcome(created) == "OK");
  CHECK(created->order().reference() == "Caf\xc3\xa9 1");
  const std::string order = created->order().id();
  const std::string other = CreateOrder(client, user_id, 1, 1);
  const auto paid = client(&Orders::PayOrder, StrCat(Field("id", order), Euros("amount", 1000),
                                                     "payment { provider_reference: ' register-7 ' }"));
  REQUIRE(Outcome(paid) == "OK");
  CHECK(paid->order().payment().provider_reference() == "register-7");
  DeliverOrder(client, order);
  const auto refunded = client(&Refunds::CreateRefund, StrCat(Field("order_id", order), AmountScope(400),
                                                              "labels { key: 'desk' value: '7' }"));
  REQUIRE(Outcome(refunded) == "OK");
  const std::string refund = refunded->refund().id();
  AwaitRefund(client, refund);

  CHECK(ListedOrders(client, "reference: 'Caf\xc3\xa9 1'") == order + " ");
  CHECK(ListedOrders(client, "payment_reference: 'register-7'") == order + " ");
  CHECK(ListedOrders(client, "payment_reference: 'register-8'").empty());
  CHECK(ListedOrders(client, "label { key: 'channel' value: 'web' } states: ORDER_STATE_DELIVERED") ==
        order + " ");
  CHECK(ListedOrders(client, "label { key: 'channel' value: 'app' }").empty());
  CHECK(ListedOrders(client, "refund_statuses: REFUND_STATUS_PARTIALLY_REFUNDED") == order + " ");
  CHECK(ListedOrders(client, "refund_statuses: REFUND_STATUS_NOT_REFUNDED") == other + " ");
  for (const char* query : {"payment_reference: 'register-7'", "order_reference: 'Cafe\xcc\x81 1 '",
                            "label { key: 'desk' value: '7' } states: REFUND_STATE_SUCCEEDED"}) {
    CAPTURE(query);
    CHECK(ListedRefunds(client, query) == refund + " ");
  }
  CHECK(ListedRefunds(client, "order_reference: 'unknown'").empty());
  CHECK(GetOrder(client, order).refund_status() == orders::v1::REFUND_STATUS_PARTIALLY_REFUNDED);
}

}  // namespace
}  // namespace keelson::e2e
