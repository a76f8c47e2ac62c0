// Tests invalid requests: every error is reported, nothing changes, and the server keeps running.
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/seed.h"

namespace keelson::e2e {
namespace {

constexpr char kFieldInvalid[] = "INVALID_ARGUMENT FIELD_INVALID";
constexpr char kPageTokenInvalid[] = "INVALID_ARGUMENT PAGE_TOKEN_INVALID";

// Runs a service with one user, who has one DELIVERED order of 3 units at 10.00 EUR.
struct Shop {
  Shop() : service(folder.path()), client(service.Connect()) {
    order_id = DeliveredOrder(client, "ada@example.com", 3, 1000);
    user_id = GetOrder(client, order_id).user_id();
    before = GetOrder(client, order_id).SerializeAsString();
  }
  // Checks that the requests changed nothing and that the service still responds.
  void CheckUntouched() {
    CHECK(service.process().running());
    CHECK(client.Health() == "SERVING");
    CHECK(GetOrder(client, order_id).SerializeAsString() == before);
    CHECK(client(&Orders::ListOrders, "")->orders_size() == 1);
    CHECK(CountRefunds(client, order_id) == 0);
  }
  std::string RefundFields(const std::string& scope) {
    const auto response = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), scope));
    return Outcome(response) == kFieldInvalid ? BadFields(response.status) : Outcome(response);
  }

  const Folder folder;
  ServiceProcess service;
  const Client client;
  std::string order_id;
  std::string user_id;
  std::string before;
};

TEST_CASE("all invalid fields of a registration are reported together") {
  Shop shop;
  const auto response =
      shop.client(&Accounts::RegisterUser,
                  StrCat("request_id: 'line\\nbreak' email: 'nobody' password: 'short' locale: '!' ",
                         Field("display_name", std::string(201, 'x')), "labels { key: '' value: 'x' }"));
  CHECK(Outcome(response) == kFieldInvalid);
  const std::string fields = BadFields(response.status);
  for (const char* field : {" request_id", " email", " password", " display_name", " locale", " labels"}) {
    CHECK_THAT(fields, Catch::Contains(field));
  }
  CHECK(response.status.error_message().find("short") == std::string::npos);
  shop.CheckUntouched();
}

TEST_CASE("the error for an invalid order names the path of every invalid field") {
  Shop shop;
  const auto response = shop.client(
      &Orders::CreateOrder,
      StrCat(Field("user_id", shop.order_id), "lines { line_id: '1' quantity: 0 ", Euros("unit_price", -1),
             "} lines { quantity: 1 unit_price { currency_code: 'XXX' } total { minor_units: 1 } } lines { "
             "quantity: 1 ",
             Euros("unit_price", 5), "tax { currency_code: 'USD' minor_units: 1 } ", Euros("discount", 6),
             " refunded_quantity: 1 ", Euros("refunded", 0), Euros("withheld", 0), "}",
             Field("reference", std::string(101, 'r'))));
  CHECK(Outcome(response) == kFieldInvalid);
  const std::string fields = StrCat(BadFields(response.status), " ");
  for (const char* field :
       {" user_id ", " lines[0].line_id ", " lines[0].quantity ", " lines[0].unit_price.minor_units ",
        " lines[1].unit_price.currency_code ", " lines[1].total ", " lines[2].tax.currency_code ",
        " lines[2].refunded_quantity ", " lines[2].refunded ", " lines[2].withheld ", " reference "}) {
    CHECK_THAT(fields, Catch::Contains(field));
  }
  shop.CheckUntouched();
}

TEST_CASE("amounts that overflow are rejected") {
  Shop shop;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::string& line : {StrCat("quantity: 1000000 ", Euros("unit_price", 1'000'000'000'000'000)),
                                  StrCat("quantity: 1 ", Euros("unit_price", kMost)),
                                  StrCat("quantity: 9223372036854775807 ", Euros("unit_price", 2)),
                                  StrCat("quantity: 1 ", Euros("unit_price", 1), Euros("tax", kMost))}) {
    const auto response =
        shop.client(&Orders::CreateOrder, StrCat(Field("user_id", shop.user_id), "lines { ", line, "}"));
    CHECK(Outcome(response) == kFieldInvalid);
    CHECK_THAT(BadFields(response.status), Catch::StartsWith(" lines[0]."));
  }
  shop.CheckUntouched();
}

TEST_CASE("an invalid refund scope fails with FIELD_INVALID or REFUND_NOT_ALLOWED") {
  Shop shop;
  CHECK(shop.RefundFields("") == " scope");
  CHECK(shop.RefundFields(AmountScope(-5)) == " scope.amount.minor_units");
  CHECK(shop.RefundFields("scope { amount { currency_code: 'euro' minor_units: 1 } }") ==
        " scope.amount.currency_code");
  CHECK(shop.RefundFields("scope { lines { } }") == " scope.lines.lines");
  CHECK(shop.RefundFields("scope { lines { lines { line_id: '01' quantity: -1 amount { } } } }") ==
        " scope.lines.lines[0].line_id scope.lines.lines[0].quantity"
        " scope.lines.lines[0].amount.currency_code");
  CHECK(shop.RefundFields(
            "scope { lines { lines { line_id: '1' quantity: 1 } lines { line_id: '1' quantity: 1 } } }") ==
        " scope.lines.lines[1].line_id");
  CHECK(shop.RefundFields("scope { everything {} } reason: 99") == " reason");
  CHECK(shop.RefundFields("scope { amount { currency_code: 'USD' minor_units: 1 } }") ==
        "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  CHECK(shop.RefundFields(AmountScope(0)) == "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  CHECK(shop.RefundFields(UnitsScope(4)) == "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  shop.CheckUntouched();
}

TEST_CASE("malformed ids return INVALID_ARGUMENT, unknown ids NOT_FOUND") {
  Shop shop;
  const auto get = [&](const std::string& id) {
    return Outcome(shop.client(&Accounts::GetUser, Field("id", id)));
  };
  CHECK(get(shop.order_id) == kFieldInvalid);
  CHECK(get("") == kFieldInvalid);
  CHECK(get("user_") == kFieldInvalid);
  CHECK(get(shop.user_id + "0") == kFieldInvalid);
  CHECK(get("user_8zzzzzzzzzzzzzzzzzzzzzzzzz") == kFieldInvalid);
  CHECK(get("user_01jzzzzzzzzzzzzzzzzzzzzzzz") == "NOT_FOUND USER_NOT_FOUND");
  CHECK(Outcome(shop.client(&Orders::GetOrder, "")) == kFieldInvalid);
  CHECK(Outcome(shop.client(&Orders::GetOrder, "reference: 'nothing'")) == "NOT_FOUND ORDER_NOT_FOUND");
  CHECK(Outcome(shop.client(&Refunds::GetRefund, Field("id", shop.user_id))) == kFieldInvalid);
  CHECK(Outcome(shop.client(&Accounts::VerifyEmail, "token: 'guess'")) == "INVALID_ARGUMENT TOKEN_INVALID");
}

TEST_CASE("list calls reject unknown states, negative page sizes, invalid times and forged page tokens") {
  Shop shop;
  CreateOrder(shop.client, shop.user_id, 1, 1);
  const auto list = [&](const std::string& query) { return shop.client(&Orders::ListOrders, query); };
  CHECK(BadFields(list("page_size: -1").status) == " page_size");
  CHECK(BadFields(list("states: 77").status) == " states[0]");
  CHECK(BadFields(list("created_from { nanos: -1 }").status) == " created_from");
  CHECK(BadFields(list("refund_statuses: 4").status) == " refund_statuses[0]");
  CHECK(BadFields(list("reference: ' ' payment_reference: '\\t' label { value: 'web' }").status) ==
        " reference payment_reference label.key");
  CHECK(list("page_size: 2147483647")->orders_size() == 2);
  const std::string token = list("page_size: 1")->next_page_token();
  REQUIRE_FALSE(token.empty());
  CHECK(Outcome(list(StrCat("page_size: 1 ", Field("page_token", token)))) == "OK");
  CHECK(Outcome(list(StrCat(Field("user_id", shop.user_id), Field("page_token", token)))) ==
        kPageTokenInvalid);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK(Outcome(list(Field("page_token", forged))) == kPageTokenInvalid);
  }
  for (const std::string& forged :
       {std::string("x"), token + "A", token.substr(1), std::string(100'000, 'A')}) {
    CHECK(Outcome(list(Field("page_token", forged))) == kPageTokenInvalid);
  }
  CHECK(Outcome(shop.client(&Refunds::ListRefunds, Field("page_token", token))) == kPageTokenInvalid);
}

TEST_CASE("the error for malformed UTF-8 names the field") {
  Shop shop;
  const std::string path = "/keelson.accounts.v1.AccountService/RegisterUser";
  // Field 2 is the e-mail address, field 4 the display name.
  const auto response = shop.client.Raw(path, "\x12\x02\xc3\x28\x22\x01\xff");
  CHECK(Outcome(response) == kFieldInvalid);
  CHECK(BadFields(response.status) == " email display_name");
  shop.CheckUntouched();
}

TEST_CASE("random bytes as a request, and calls of unknown methods, are rejected") {
  Shop shop;
  const Seed seed(20260101);
  std::mt19937 random(seed.value());
  for (int i = 0; i < 300; ++i) {
    std::string bytes(1 + random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    for (const char* method :
         {"/keelson.accounts.v1.AccountService/RegisterUser", "/keelson.orders.v1.OrderService/CreateOrder",
          "/keelson.refunds.v1.RefundService/CreateRefund", "/keelson.orders.v1.OrderService/PayOrder"}) {
      CHECK(Outcome(shop.client.Raw(method, bytes)) == kFieldInvalid);
    }
  }
  CHECK(Outcome(shop.client.Raw("/keelson.refunds.v1.RefundService/NoMethod", "")) == "UNIMPLEMENTED");
  shop.CheckUntouched();
}

TEST_CASE("requests above server.max_receive are rejected, and the process uses less than 256 MiB") {
  Shop shop;
  const auto large = shop.client(&Accounts::RegisterUser, Field("display_name", std::string(1'500'000, 'x')));
  CHECK(Outcome(large) == kFieldInvalid);
  CHECK_THAT(large.status.error_message(), Catch::Contains("1048576"));
  const auto huge = shop.client(&Accounts::RegisterUser, Field("display_name", std::string(20'000'000, 'x')));
  CHECK_FALSE(huge.ok());
  CHECK(shop.service.process().Memory("VmHWM:") < std::size_t{256} << 20);
  shop.CheckUntouched();
}

TEST_CASE("a connection that sends invalid bytes does not affect other connections") {
  Shop shop;
  const Seed seed(20260102);
  std::mt19937 random(seed.value());
  for (int i = 0; i < 50; ++i) {
    const RawConnection connection(shop.service.target());
    REQUIRE(connection.connected());
    std::string bytes(4096, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    // Every second connection first sends a valid HTTP/2 preface, so that the server parses the bytes as
    // frames.
    connection.Send((i % 2 == 0 ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" : "") + bytes);
    CHECK(connection.AwaitClose());
  }
  shop.CheckUntouched();
}

// Raises the limit of open files, which is 1024 by default. The service inherits the limit.
void AllowManyFiles() {
  rlimit files{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

TEST_CASE("the service accepts a thousand idle connections") {
  AllowManyFiles();
  Shop shop;
  std::vector<RawConnection> connections;
  for (int i = 0; i < 1000; ++i) {
    connections.emplace_back(shop.service.target());
    REQUIRE(connections.back().connected());
    connections.back().Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  }
  const Client another = shop.service.Connect();
  CHECK(Outcome(another(&Accounts::GetUser, Field("id", shop.user_id))) == "OK");
  CHECK(shop.service.process().Memory("VmHWM:") < std::size_t{256} << 20);
  shop.CheckUntouched();
}

}  // namespace
}  // namespace keelson::e2e
