#pragma once

#include "adapters/store/memory/memory_store.h"
#include "tests/contract/bulk/fixtures.h"

namespace keelson {

class MemoryBulkFixture : public BulkFixture {
 public:
  std::unique_ptr<StoreExporter> Reader() override { return store_.OpenReader(); }
  std::unique_ptr<StoreExporter> ExclusiveReader() override { return store_.OpenReader(); }
  std::unique_ptr<StoreImporter> Target() override { return store_.OpenTarget(); }
  void Serve(const std::function<void(Store&)>& work) override { work(store_); }
  bool checks_references() const override { return false; }

 private:
  RealClock clock_;
  MemoryStore store_;
};

}  // namespace keelson
