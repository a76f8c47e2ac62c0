// Common preconditions of tests. Each function fails the test if it cannot establish the precondition.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/client.h"

namespace keelson::e2e {

inline constexpr char kPassword[] = "correct horse battery staple 42";

// Registers `email` and returns the user's id.
std::string RegisterUser(const Client& client, const std::string& email);
// Signs in and returns the new session with its tokens.
sessions::v1::SignInResponse SignIn(const Client& client, const std::string& email,
                                    const std::string& password = kPassword);
// Creates an order with one line of `quantity` units at `unit_price` EUR cents, optionally with 490 cents of
// shipping.
std::string CreateOrder(const Client& client, const std::string& user_id, int quantity, int unit_price,
                        bool with_shipping = false);
// A payment of the provider `recorded`, in Protobuf's text format.
inline constexpr char kRecordedPayment[] = "provider: 'recorded' provider_reference: 'ch_1'";
// Pays the total. An empty payment is one of `recorded` with the order's id as its reference, because a
// reference pays only one order.
orders::v1::Order PayOrder(const Client& client, const std::string& order_id,
                           const std::string& payment = "");
orders::v1::Order DeliverOrder(const Client& client, const std::string& order_id);
// Creates a DELIVERED order of a new user.
std::string DeliveredOrder(const Client& client, const std::string& email, int quantity, int unit_price,
                           const std::string& payment = "");

orders::v1::Order GetOrder(const Client& client, const std::string& order_id);
// Waits until the refund has the state and returns it.
refunds::v1::Refund AwaitRefund(const Client& client, const std::string& refund_id,
                                refunds::v1::RefundState state = refunds::v1::REFUND_STATE_SUCCEEDED);
// Returns the number of refunds that ListRefunds returns for the order.
int CountRefunds(const Client& client, const std::string& order_id);

// Settings with the callers "shop", who may request refunds, and "lead" and "boss", who may request and
// approve refunds. The token of a caller is "NAME-token".
std::vector<std::string> WithApprovers();
// Returns `client` with the token of a caller of WithApprovers.
Client As(Client client, const std::string& caller);

// Returns "key: 'value' ", a field in Protobuf's text format.
std::string Field(const std::string& key, const std::string& value);
// Returns "key { currency_code: 'EUR' minor_units: N } ", an amount in Protobuf's text format.
std::string Euros(const std::string& key, std::int64_t minor_units);
// Returns the scope of a refund by amount, in EUR cents.
std::string AmountScope(std::int64_t minor_units);
// Returns the scope of a refund of `quantity` units of the order line "1".
std::string UnitsScope(int quantity);

}  // namespace keelson::e2e
