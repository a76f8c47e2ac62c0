#include "tests/contract/bulk/sqlite/fixture.h"

#include <cstdlib>
#include <system_error>

namespace keelson {

SqliteBulkFixture::SqliteBulkFixture() {
  std::string pattern = std::filesystem::temp_directory_path() / "keelson-bulk-XXXXXX";
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  Target().reset();
}

SqliteBulkFixture::~SqliteBulkFixture() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<StoreExporter> SqliteBulkFixture::Open(BulkAccess access) {
  return Must(SqliteBulk::OpenReader(path(), access, clock_));
}

std::unique_ptr<StoreImporter> SqliteBulkFixture::Target() {
  return Must(SqliteBulk::OpenTarget(path(), clock_));
}

void SqliteBulkFixture::Serve(const std::function<void(Store&)>& work) {
  SqliteOptions options;
  options.path = path();
  const std::unique_ptr<Store> store = Must(SqliteStore::Open(options, clock_));
  work(*store);
}

}  // namespace keelson
