#pragma once

#include "adapters/support/descriptors/email_provider_descriptor.h"

namespace keelson {

EmailProviderDescriptor DescribeSmtp();

}  // namespace keelson
