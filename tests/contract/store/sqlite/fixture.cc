#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

// One unit of work per commit.
class SqliteUngroupedFixture : public SqliteFixture {
 public:
  SqliteUngroupedFixture() : SqliteFixture(1) {}
};

}  // namespace

SqliteFixture::SqliteFixture(std::size_t group_commit) {
  SqliteOptions options;
  options.path = folder_.File("keelson.db");
  options.group_commit = group_commit;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, clock_);
  REQUIRE_OK(store.status());
  store_ = *std::move(store);
}

std::vector<FixtureVariant<StoreFixture>> StoreVariants() {
  return {Variant<StoreFixture, SqliteFixture>("sqlite"),
          Variant<StoreFixture, SqliteUngroupedFixture>("sqlite ungrouped")};
}

}  // namespace keelson
