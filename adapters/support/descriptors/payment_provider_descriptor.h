#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/support/descriptors/config_section.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

struct PaymentProviderDescriptor {
  ConfigSection section;
  std::function<absl::StatusOr<std::unique_ptr<PaymentProvider>>(const AdapterSettings&)> create;
  // Logged as a warning whenever the service starts with the provider; empty: none.
  std::string_view start_warning = {};
};

}  // namespace keelson
