#include "tests/contract/store/postgres/fixture.h"

#include "tests/support/postgres/pgbouncer.h"

namespace keelson {
namespace {

class PgBouncerFixture : public PostgresFixture {
 public:
  PgBouncerFixture() : PostgresFixture(Behind()) {}
};

}  // namespace

PostgresFixture::PostgresFixture() {
  Open({.url = database_.url(), .pool_size = 8});
}

PostgresFixture::PostgresFixture(Behind) {
  Open({.url = servers::PgBouncer::Shared().url(database_.name()),
        .pool_size = 8,
        .prepared_statements = false});
}

void PostgresFixture::Open(const PostgresOptions& options) {
  absl::StatusOr<std::unique_ptr<Store>> store = PostgresStore::Open(options, clock_);
  REQUIRE_OK(store.status());
  store_ = *std::move(store);
}

std::vector<FixtureVariant<StoreFixture>> StoreVariants() {
  return {Variant<StoreFixture, PostgresFixture>("postgres"),
          Variant<StoreFixture, PgBouncerFixture>("pgbouncer")};
}

}  // namespace keelson
