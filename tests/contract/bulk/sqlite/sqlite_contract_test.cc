#include "tests/contract/bulk/sqlite/fixture.h"

namespace keelson {

std::vector<FixtureVariant<BulkFixture>> BulkVariants() {
  return {Variant<BulkFixture, SqliteBulkFixture>("sqlite")};
}

}  // namespace keelson
