#pragma once

#include <string>

#include "app/config/config.h"

namespace keelson {

// The name that messages give the product: email.product_name; where that is empty, the display name of
// email.from, or else the domain of its address.
std::string ProductName(const EmailConfig& email);

}  // namespace keelson
