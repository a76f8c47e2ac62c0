// States of affairs that tests begin with. Each fails the test where it can't be brought about.
#pragma once

#include <string>

#include "tests/e2e/support/client.h"

namespace keelson::e2e {

inline constexpr char kPassword[] = "correct horse battery staple 42";

// Registers `email`; the user's id.
std::string RegisterUser(const Client& client, const std::string& email);
// An order of `quantity` units of `unit_price` EUR cents in one line, and of 490 cents of shipping, where
// asked for.
std::string CreateOrder(const Client& client, const std::string& user_id, int quantity, int unit_price,
                        bool with_shipping = false);
orders::v1::Order PayOrder(const Client& client, const std::string& order_id);
orders::v1::Order DeliverOrder(const Client& client, const std::string& order_id);
// A delivered order of a new user's.
std::string DeliveredOrder(const Client& client, const std::string& email, int quantity, int unit_price);

orders::v1::Order GetOrder(const Client& client, const std::string& order_id);
// The refund, once it has SUCCEEDED.
refunds::v1::Refund AwaitRefund(const Client& client, const std::string& refund_id);
// How many refunds the order has, as its list tells.
int CountRefunds(const Client& client, const std::string& order_id);

// "key: 'value' " in protobuf's text format.
std::string Field(const std::string& key, const std::string& value);
// "key { currency_code: 'EUR' minor_units: N } "
std::string Euros(const std::string& key, std::int64_t minor_units);
// The scope of a refund by amount, in EUR cents.
std::string AmountScope(std::int64_t minor_units);
// The scope of a refund of so many units of line "1".
std::string UnitsScope(int quantity);

}  // namespace keelson::e2e
