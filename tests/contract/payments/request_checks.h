// Checks requests for SampleRefund() against each provider's documentation, independently of the adapters'
// code. Each function returns the differences, or an empty string.
#pragma once

#include <string>

#include "tests/support/http/scripted_server.h"

namespace keelson {

std::string CheckStripe(const servers::SeenRequest& request);
std::string CheckPayPal(const servers::SeenRequest& request);
// Checks the token request of PayPal.
std::string CheckPayPalToken(const servers::SeenRequest& request);
std::string CheckBraintree(const servers::SeenRequest& request);

}  // namespace keelson
