// Tests concurrent calls on one entity: no change happens twice, and no limit is exceeded.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr int kCallers = 32;

struct Shop {
  explicit Shop(const ServiceProcess::Settings& settings = {}) : service(folder.path(), settings) {
    for (int i = 0; i < kCallers; ++i) clients.push_back(service.Connect());
  }
  const Client& client() const { return clients.front(); }

  const Folder folder;
  ServiceProcess service;
  std::vector<Client> clients;
};

int CountOk(const std::vector<std::string>& outcomes) {
  return static_cast<int>(std::count(outcomes.begin(), outcomes.end(), "OK"));
}

// Returns the distinct outcomes other than OK.
std::set<std::string> Others(const std::vector<std::string>& outcomes) {
  std::set<std::string> others(outcomes.begin(), outcomes.end());
  others.erase("OK");
  return others;
}

TEST_CASE("concurrent refunds never exceed the paid amount") {
  Shop shop({"refunds.max_per_order=1000"});
  const std::string order_id = DeliveredOrder(shop.client(), "ada@example.com", 1, 10000);
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    return Outcome(shop.clients[static_cast<std::size_t>(i)](
        &Refunds::CreateRefund,
        StrCat(Field("order_id", order_id), Field("request_id", StrCat("r", i)), AmountScope(1000))));
  });
  CHECK(CountOk(outcomes) == 10);
  CHECK(Others(outcomes) == std::set<std::string>{"FAILED_PRECONDITION REFUND_NOT_ALLOWED"});
  CHECK(CountRefunds(shop.client(), order_id) == 10);
  const orders::v1::Order order = GetOrder(shop.client(), order_id);
  CHECK(order.refunded().minor_units() + order.refund_pending().minor_units() == 10000);
  CHECK(order.refundable().minor_units() == 0);
}

TEST_CASE("concurrent refunds of a line never exceed its quantity") {
  Shop shop({"refunds.max_per_order=1000"});
  const std::string order_id = DeliveredOrder(shop.client(), "ada@example.com", 7, 333);
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    return Outcome(shop.clients[static_cast<std::size_t>(i)](
        &Refunds::CreateRefund, StrCat(Field("order_id", order_id), UnitsScope(1))));
  });
  CHECK(CountOk(outcomes) == 7);
  CHECK(Others(outcomes) == std::set<std::string>{"FAILED_PRECONDITION REFUND_NOT_ALLOWED"});
  CHECK(GetOrder(shop.client(), order_id).lines(0).refunded_quantity() == 7);
}

TEST_CASE("concurrent calls with one request id make one change and return the same response") {
  Shop shop;
  const std::string order_id = DeliveredOrder(shop.client(), "ada@example.com", 1, 10000);
  const std::vector<std::string> ids = AllAtOnce(kCallers, [&](int i) {
    const auto response = shop.clients[static_cast<std::size_t>(i)](
        &Refunds::CreateRefund, StrCat("request_id: 'once' ", Field("order_id", order_id), AmountScope(100)));
    return response.ok() ? response->refund().id() : Outcome(response);
  });
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
  CHECK_THAT(ids.front(), Catch::StartsWith("refund_"));
  CHECK(CountRefunds(shop.client(), order_id) == 1);
}

TEST_CASE("concurrent registrations of one address create one account") {
  Shop shop({"passwords.queue=1000"});
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    const char* email = i % 2 == 0 ? "ada@example.com" : "ADA@example.com";
    return Outcome(shop.clients[static_cast<std::size_t>(i)](
        &Accounts::RegisterUser,
        StrCat(Field("request_id", StrCat("r", i)), Field("email", email), Field("password", kPassword))));
  });
  CHECK(CountOk(outcomes) == 1);
  CHECK(Others(outcomes) == std::set<std::string>{"ALREADY_EXISTS EMAIL_TAKEN"});
  RegisterUser(shop.client(), "bob@example.com");
  AwaitMails(shop.service.mail_folder(), "bob@example.com", 1);
  CHECK(CountMails(shop.service.mail_folder()) == 2);
}

TEST_CASE("concurrent repeats of one registration create one account") {
  Shop shop({"passwords.queue=1000"});
  const std::vector<std::string> ids = AllAtOnce(kCallers, [&](int i) {
    const auto response = shop.clients[static_cast<std::size_t>(i)](
        &Accounts::RegisterUser,
        StrCat("request_id: 'once' email: 'ada@example.com' ", Field("password", kPassword)));
    return response.ok() ? response->user().id() : Outcome(response);
  });
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
  CHECK_THAT(ids.front(), Catch::StartsWith("user_"));
}

TEST_CASE("concurrent calls with one verification token all succeed") {
  Shop shop;
  RegisterUser(shop.client(), "ada@example.com");
  const std::string token = TokenIn(AwaitMails(shop.service.mail_folder(), "ada@example.com", 1)[0]);
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    return Outcome(shop.clients[static_cast<std::size_t>(i)](&Accounts::VerifyEmail, Field("token", token)));
  });
  CHECK(CountOk(outcomes) == kCallers);
  // Only one welcome e-mail is sent.
  AwaitMails(shop.service.mail_folder(), "ada@example.com", 2);
  RegisterUser(shop.client(), "bob@example.com");
  AwaitMails(shop.service.mail_folder(), "bob@example.com", 1);
  CHECK(CountMails(shop.service.mail_folder()) == 3);
}

TEST_CASE(
    "one of many concurrent PayOrder calls succeeds, and then one of many ShipOrder and CancelOrder calls") {
  Shop shop;
  const std::string order_id =
      CreateOrder(shop.client(), RegisterUser(shop.client(), "ada@example.com"), 1, 100);
  const std::vector<std::string> payments = AllAtOnce(kCallers, [&](int i) {
    return Outcome(shop.clients[static_cast<std::size_t>(i)](
        &Orders::PayOrder, StrCat(Field("id", order_id), Euros("amount", 100))));
  });
  CHECK(CountOk(payments) == 1);
  CHECK(Others(payments) == std::set<std::string>{"FAILED_PRECONDITION ORDER_STATE"});
  const std::vector<std::string> steps = AllAtOnce(kCallers, [&](int i) {
    const Client& client = shop.clients[static_cast<std::size_t>(i)];
    return i % 2 == 0 ? Outcome(client(&Orders::ShipOrder, Field("id", order_id)))
                      : Outcome(client(&Orders::CancelOrder, Field("id", order_id)));
  });
  CHECK(CountOk(steps) == 1);
  CHECK(Others(steps) == std::set<std::string>{"FAILED_PRECONDITION ORDER_STATE"});
}

TEST_CASE(
    "with accounts.conceal_existing_email, concurrent registrations of a free address have the same "
    "response") {
  Shop shop({"passwords.queue=1000", "accounts.conceal_existing_email=true"});
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    const char* email = i % 2 == 0 ? "ada@example.com" : "ADA@example.com";
    return Outcome(shop.clients[static_cast<std::size_t>(i)](
        &Accounts::RegisterUser, StrCat(Field("email", email), Field("password", kPassword))));
  });
  CHECK(CountOk(outcomes) == kCallers);
  CHECK(shop.client()(&Accounts::ListUsers, "")->users_size() == 1);
}

}  // namespace
}  // namespace keelson::e2e
