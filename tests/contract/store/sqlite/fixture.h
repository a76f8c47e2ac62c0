#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {

// A store on a new database file.
class SqliteFixture : public StoreFixture {
 public:
  explicit SqliteFixture(std::size_t group_commit = 128);
  Store& store() override { return *store_; }
  bool one_writer() const override { return true; }

 private:
  TemporaryFolder folder_;
  RealClock clock_;
  std::unique_ptr<Store> store_;
};

// Opens a store with default options on the file at `path`.
absl::StatusOr<std::unique_ptr<Store>> OpenAt(const std::string& path);
// Like OpenAt; an error ends the test.
std::unique_ptr<Store> MustOpen(const std::string& path);

}  // namespace keelson
