#pragma once

#include <string>

#include "app/config/config.h"

namespace keelson {

// The product name in messages: email.product_name, or the display name in email.from, or the domain of its
// address; the first that is not empty.
std::string ProductName(const EmailConfig& email);

}  // namespace keelson
