#pragma once

#include <string>
#include <vector>

namespace keelson {

// Configuration of the payments of orders.
struct PaymentPolicy {
  // Names of the configured payment providers, at least one; the first one is the default. The provider of a
  // payment also pays the refunds.
  std::vector<std::string> providers;
  // Whether several payments may have the same provider and provider_reference.
  bool shared_references = false;
};

}  // namespace keelson
