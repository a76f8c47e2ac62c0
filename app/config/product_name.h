#pragma once

#include <string>

#include "app/config/config.h"

namespace keelson {

// Returns the product name for messages, which is the first of these values that is not empty:
// email.product_name, the display name in email.from, and the domain of the address in email.from.
std::string ProductName(const EmailConfig& email);

}  // namespace keelson
