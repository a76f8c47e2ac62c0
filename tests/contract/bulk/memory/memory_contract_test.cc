#include "tests/contract/bulk/memory/fixture.h"

namespace keelson {

std::vector<FixtureVariant<BulkFixture>> BulkVariants() {
  return {Variant<BulkFixture, MemoryBulkFixture>("memory")};
}

}  // namespace keelson
