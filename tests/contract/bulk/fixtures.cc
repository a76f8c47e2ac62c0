#include "tests/contract/bulk/fixtures.h"

#include <cstdlib>
#include <system_error>

#include "core/store/store.h"

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

PostgresBulkFixture::PostgresBulkFixture(Pooler pooler) {
  options_.url = database_.url();
  if (pooler == Pooler::kTransactions) {
    options_.url = servers::PgBouncer::Shared().url(database_.name());
    options_.prepared_statements = false;
  }
  Target().reset();
}

std::unique_ptr<StoreExporter> PostgresBulkFixture::Open(BulkAccess access) {
  return Must(PostgresBulk::OpenReader(options_, access, clock_, kNobodyWaits));
}

std::unique_ptr<StoreImporter> PostgresBulkFixture::Target() {
  return Must(PostgresBulk::OpenTarget(options_, clock_, kNobodyWaits));
}

void PostgresBulkFixture::Serve(const std::function<void(Store&)>& work) {
  PostgresOptions options;
  options.url = options_.url;
  options.prepared_statements = options_.prepared_statements;
  const std::unique_ptr<Store> store = Must(PostgresStore::Open(options, clock_));
  work(*store);
}

RowBatch ReadAll(StoreExporter& reader, RowKind kind) {
  return Must(reader.Read(kind, "", 1'000'000));
}

std::vector<RowBatch> ReadEverything(StoreExporter& reader) {
  std::vector<RowBatch> batches;
  for (const RowKind kind : kAllRowKinds) batches.push_back(ReadAll(reader, kind));
  return batches;
}

void InsertAll(StoreImporter& target, const std::vector<RowBatch>& batches) {
  for (const RowBatch& batch : batches) Must(target.Insert(batch, "checkpoint"));
}

}  // namespace keelson
