#include "adapters/store/memory/memory_descriptor.h"

#include <memory>

#include "adapters/store/memory/memory_store.h"

namespace keelson {
namespace {

absl::StatusOr<std::unique_ptr<Store>> OpenConfiguredStore(const NoSettings& /*settings*/, bool /*migrate*/,
                                                           Clock& /*clock*/) {
  return std::make_unique<MemoryStore>();
}

}  // namespace

StoreDescriptor DescribeMemory() {
  return {.section = {.name = "memory"}, .open = WithSettings(&OpenConfiguredStore)};
}

}  // namespace keelson
