#include "tests/contract/store/postgres/fixture.h"

#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/sanitizer.h"

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
  std::vector<FixtureVariant<StoreFixture>> variants = {Variant<StoreFixture, PostgresFixture>("postgres")};
  // Behind PgBouncer the store runs almost the same code: a second run would find nothing new in its memory.
  if (!kSanitized) variants.push_back(Variant<StoreFixture, PgBouncerFixture>("pgbouncer"));
  return variants;
}

}  // namespace keelson
