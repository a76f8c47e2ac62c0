#include "tests/contract/bulk/sqlite/fixture.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <vector>

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

std::string FileNames(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

}  // namespace keelson
