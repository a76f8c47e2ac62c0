#include "tests/contract/bulk/postgres/fixture.h"

namespace keelson {

std::vector<FixtureVariant<BulkFixture>> BulkVariants() {
  return {Variant<BulkFixture, PostgresBulkFixture>("postgres"),
          Variant<BulkFixture, PgBouncerBulkFixture>("pgbouncer")};
}

}  // namespace keelson
