// Copies from every store to every other store, with the same components as keelson transfer.
#include "adapters/store/read_ahead/read_ahead.h"
#include "core/store/export/copy_store.h"
#include "tests/contract/bulk/memory/fixture.h"
#include "tests/contract/bulk/postgres/fixture.h"
#include "tests/contract/bulk/sqlite/fixture.h"

namespace keelson {
namespace {

struct Kind {
  std::string name;
  std::unique_ptr<BulkFixture> (*make)();
};

const Kind kKinds[] = {
    {"memory", [] { return std::unique_ptr<BulkFixture>(std::make_unique<MemoryBulkFixture>()); }},
    {"sqlite", [] { return std::unique_ptr<BulkFixture>(std::make_unique<SqliteBulkFixture>()); }},
    {"postgres", [] { return std::unique_ptr<BulkFixture>(std::make_unique<PostgresBulkFixture>()); }},
    {"pgbouncer", [] { return std::unique_ptr<BulkFixture>(std::make_unique<PgBouncerBulkFixture>()); }},
};

void CheckMoved(const Kind& from, const Kind& to, const std::vector<RowBatch>& batches) {
  INFO(from.name << " to " << to.name);
  const std::unique_ptr<BulkFixture> source = from.make();
  const std::unique_ptr<BulkFixture> target = to.make();
  InsertAll(*source->Target(), batches);
  Must(source->Target()->Finish());
  ReadAheadReader reader(source->ExclusiveReader());
  TransferProgress last;
  std::vector<TransferredTable> tables;
  {
    ReadAheadTarget filled(target->Target());
    tables = Must(CopyStore(reader, filled, [&](const TransferProgress& p) { last = p; }).Handle());
  }
  CHECK(tables.size() == kRowKinds);
  CHECK(last.done == last.total);
  CHECK((ReadEverything(*target->Reader()) == batches));
  CHECK(Must(target->Target()->FindCheckpoint()).empty());
}

TEST_CASE("all rows are copied between every pair of stores", "[transfer]") {
  const std::vector<RowBatch> batches = SampleBatches(3);
  for (const Kind& from : kKinds) {
    for (const Kind& to : kKinds) CheckMoved(from, to, batches);
  }
}

TEST_CASE("every store exports and imports more rows than fit in one batch", "[transfer]") {
  const std::vector<RowBatch> batches = SampleBatches(CopyStore::kBatch + 10);
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    CheckMoved(kKinds[i], kKinds[(i + 1) % std::size(kKinds)], batches);
  }
}

TEST_CASE("the content hashes of equal tables do not depend on the store", "[transfer]") {
  const std::vector<RowBatch> batches = GreatestBatches();
  std::vector<std::vector<TransferredTable>> results;
  for (const Kind& kind : kKinds) {
    const std::unique_ptr<BulkFixture> source = kind.make();
    InsertAll(*source->Target(), batches);
    MemoryBulkFixture target;
    results.push_back(Must(
        CopyStore(*source->ExclusiveReader(), *target.Target(), [](const TransferProgress&) {}).Handle()));
  }
  for (const auto& result : results) CHECK((result == results[0]));
}

}  // namespace
}  // namespace keelson
