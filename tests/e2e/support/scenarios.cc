#include "tests/e2e/support/scenarios.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"

namespace keelson::e2e {

std::vector<std::string> WithApprovers() {
  return {"auth.mode=token",
          "auth.clients=["
          "{name='shop',roles=['writer'],token_sha256="
          "'88cc4600551e64b7cb97dd7f63ebad405255e5d17bdd71ee9fe1ed5cc20d0b3b'},"
          "{name='lead',roles=['writer','approver'],token_sha256="
          "'77397eac29d6fa481b20083bc1a9f7fd40e703503bd7312203d55f888c81b072'},"
          "{name='boss',roles=['writer','approver'],token_sha256="
          "'673e0b86626e1976dc1d5d4723c64674b0057b4f5b0f65f51758814a3d82c458'}]"};
}

Client As(Client client, const std::string& caller) {
  client.Authorize(caller + "-token");
  return client;
}

std::string Field(const std::string& key, const std::string& value) {
  return StrCat(key, ": '", value, "' ");
}

std::string Euros(const std::string& key, std::int64_t minor_units) {
  return StrCat(key, " { currency_code: 'EUR' minor_units: ", minor_units, " } ");
}

std::string AmountScope(std::int64_t minor_units) {
  return StrCat("scope { ", Euros("amount", minor_units), "} ");
}

std::string UnitsScope(int quantity) {
  return StrCat("scope { lines { lines { line_id: '1' quantity: ", quantity, " } } } ");
}

std::string RegisterUser(const Client& client, const std::string& email) {
  const auto response =
      client(&Accounts::RegisterUser, StrCat(Field("email", email), Field("password", kPassword)));
  REQUIRE(Outcome(response) == "OK");
  return response->user().id();
}

sessions::v1::SignInResponse SignIn(const Client& client, const std::string& email,
                                    const std::string& password) {
  const auto response = client(&Sessions::SignIn, StrCat(Field("email", email), Field("password", password)));
  REQUIRE(Outcome(response) == "OK");
  return response.value;
}

std::string CreateOrder(const Client& client, const std::string& user_id, int quantity, int unit_price,
                        bool with_shipping) {
  const auto response = client(
      &Orders::CreateOrder,
      StrCat(Field("user_id", user_id), "lines { sku: 'BOOK' title: 'A book' quantity: ", quantity, " ",
             Euros("unit_price", unit_price), "} ", with_shipping ? Euros("shipping", 490) : std::string()));
  REQUIRE(Outcome(response) == "OK");
  return response->order().id();
}

orders::v1::Order PayOrder(const Client& client, const std::string& order_id, const std::string& payment) {
  const std::int64_t total = GetOrder(client, order_id).total().minor_units();
  const std::string recorded = StrCat("provider: 'recorded' ", Field("provider_reference", order_id));
  const auto response =
      client(&Orders::PayOrder, StrCat(Field("id", order_id), Euros("amount", total), "payment { ",
                                       payment.empty() ? recorded : payment, " }"));
  REQUIRE(Outcome(response) == "OK");
  return response->order();
}

orders::v1::Order DeliverOrder(const Client& client, const std::string& order_id) {
  REQUIRE(Outcome(client(&Orders::ShipOrder, Field("id", order_id))) == "OK");
  const auto response = client(&Orders::DeliverOrder, Field("id", order_id));
  REQUIRE(Outcome(response) == "OK");
  return response->order();
}

std::string DeliveredOrder(const Client& client, const std::string& email, int quantity, int unit_price,
                           const std::string& payment) {
  const std::string order_id = CreateOrder(client, RegisterUser(client, email), quantity, unit_price);
  PayOrder(client, order_id, payment);
  DeliverOrder(client, order_id);
  return order_id;
}

orders::v1::Order GetOrder(const Client& client, const std::string& order_id) {
  const auto response = client(&Orders::GetOrder, Field("id", order_id));
  REQUIRE(Outcome(response) == "OK");
  return response->order();
}

refunds::v1::Refund AwaitRefund(const Client& client, const std::string& refund_id,
                                refunds::v1::RefundState state) {
  refunds::v1::Refund refund;
  Await([&] {
    refund = client(&Refunds::GetRefund, Field("id", refund_id))->refund();
    return refund.state() == state;
  });
  REQUIRE(refund.state() == state);
  return refund;
}

int CountRefunds(const Client& client, const std::string& order_id) {
  int count = 0;
  std::string page_token;
  do {
    const auto page = client(&Refunds::ListRefunds, StrCat(Field("order_id", order_id), "page_size: 1000 ",
                                                           Field("page_token", page_token)));
    REQUIRE(Outcome(page) == "OK");
    count += page->refunds_size();
    page_token = page->next_page_token();
  } while (!page_token.empty());
  return count;
}

}  // namespace keelson::e2e
