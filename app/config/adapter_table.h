#pragma once

#include <vector>

#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "adapters/support/descriptors/store_descriptor.h"

namespace keelson {

// The adapters of this build, in the order of the configuration reference.
struct AdapterTable {
  std::vector<StoreDescriptor> stores;
  std::vector<EmailProviderDescriptor> email_providers;
  std::vector<PaymentProviderDescriptor> payment_providers;
};

}  // namespace keelson
