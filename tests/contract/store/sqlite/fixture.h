#pragma once

#include <cstddef>
#include <memory>

#include "adapters/store/sqlite/sqlite_store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {

// A database file of its own.
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

}  // namespace keelson
