// Contract tests for the export and import of every store. A test case runs once per variant of the adapter,
// each time with `fixture`, an empty store.
//
// BULK_TEST("rows are read back") { const std::unique_ptr<StoreExporter> reader = fixture.Reader(); … }
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

// An empty store. At most one exclusive reader, target or service may use the store at a time; several
// shared readers may be open concurrently.
class BulkFixture {
 public:
  virtual ~BulkFixture() = default;
  virtual std::unique_ptr<StoreExporter> Reader() = 0;
  // Opens an exclusive export, as a transfer does.
  virtual std::unique_ptr<StoreExporter> ExclusiveReader() = 0;
  virtual std::unique_ptr<StoreImporter> Target() = 0;
  // Opens the store as a service does, calls `work`, and closes the store.
  virtual void Serve(const std::function<void(Store&)>& work) = 0;
  // Whether the store rejects a row that refers to a missing row.
  virtual bool checks_references() const { return true; }
};

// Defined by each store's test program.
std::vector<FixtureVariant<BulkFixture>> BulkVariants();

#define BULK_TEST(name) CONTRACT_TEST(BulkFixture, BulkVariants, name, "[bulk]")

// Returns every row of a kind.
RowBatch ReadAll(StoreExporter& reader, RowKind kind);
std::vector<RowBatch> ReadEverything(StoreExporter& reader);
void InsertAll(StoreImporter& target, const std::vector<RowBatch>& batches);

}  // namespace keelson
