#pragma once

#include "adapters/support/descriptors/store_descriptor.h"

namespace keelson {

StoreDescriptor DescribeSqlite();

}  // namespace keelson
