#pragma once

#include <filesystem>
#include <string>

#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "tests/contract/bulk/fixtures.h"

namespace keelson {

class SqliteBulkFixture : public BulkFixture {
 public:
  SqliteBulkFixture();
  ~SqliteBulkFixture() override;
  std::unique_ptr<StoreExporter> Reader() override { return Open(BulkAccess::kShared); }
  std::unique_ptr<StoreExporter> ExclusiveReader() override { return Open(BulkAccess::kExclusive); }
  std::unique_ptr<StoreImporter> Target() override;
  void Serve(const std::function<void(Store&)>& work) override;

  const std::filesystem::path& folder() const { return folder_; }
  std::string path() const { return folder_ / "keelson.db"; }
  Clock& clock() { return clock_; }

 private:
  std::unique_ptr<StoreExporter> Open(BulkAccess access);

  std::filesystem::path folder_;
  RealClock clock_;
};

// Returns the sorted names of the files in the directory, each after a space.
std::string FileNames(const std::filesystem::path& folder);

}  // namespace keelson
