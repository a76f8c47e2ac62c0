// The suite that every store's export and import passes: `fixture` is an empty store of each variant of the
// adapter.
//
//   BULK_TEST("what holds") {
//     const std::unique_ptr<StoreExporter> reader = fixture.Reader();
//     …
//   }
//
// A new store adds a folder here, whose program links keelson_bulk_contract and defines BulkVariants().
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "core/store/export/bulk.h"
#include "core/store/store.h"
#include "tests/contract/bulk/rows.h"
#include "tests/contract/suite.h"
#include "tests/support/real_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {

// A store that is reached in one way at a time, but for readers that share it.
class BulkFixture {
 public:
  virtual ~BulkFixture() = default;
  virtual std::unique_ptr<StoreExporter> Reader() = 0;
  // What a transfer has.
  virtual std::unique_ptr<StoreExporter> ReaderAlone() = 0;
  virtual std::unique_ptr<StoreImporter> Target() = 0;
  // Has it as a service has it, while `work` lasts.
  virtual void Serve(const std::function<void(Store&)>& work) = 0;
  // Whether a row is looked up that another row refers to.
  virtual bool checks_references() const { return true; }
};

// Defined by each store's test program.
std::vector<FixtureVariant<BulkFixture>> BulkVariants();

#define BULK_TEST(name) CONTRACT_TEST(BulkFixture, BulkVariants, name, "[bulk]")

// Every row of a kind.
RowBatch ReadAll(StoreExporter& reader, RowKind kind);
std::vector<RowBatch> ReadEverything(StoreExporter& reader);
void InsertAll(StoreImporter& target, const std::vector<RowBatch>& batches);

}  // namespace keelson
