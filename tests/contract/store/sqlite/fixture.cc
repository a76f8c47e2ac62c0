#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

// A store without group commit: each commit contains one unit of work.
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

absl::StatusOr<std::unique_ptr<Store>> OpenAt(const std::string& path) {
  static RealClock clock;
  SqliteOptions options;
  options.path = path;
  return SqliteStore::Open(options, clock);
}

std::unique_ptr<Store> MustOpen(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Store>> store = OpenAt(path);
  REQUIRE_OK(store.status());
  return *std::move(store);
}

std::vector<FixtureVariant<StoreFixture>> StoreVariants() {
  return {Variant<StoreFixture, SqliteFixture>("sqlite"),
          Variant<StoreFixture, SqliteUngroupedFixture>("sqlite ungrouped")};
}

}  // namespace keelson
