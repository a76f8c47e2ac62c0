#include "tests/contract/bulk/postgres/fixture.h"

namespace keelson {

PostgresBulkFixture::PostgresBulkFixture(Pooler pooler) {
  options_.url = database_.url();
  if (pooler == Pooler::kTransactions) {
    options_.url = servers::PgBouncer::Shared().url(database_.name());
    options_.prepared_statements = false;
  }
  Target().reset();
}

std::unique_ptr<StoreExporter> PostgresBulkFixture::Open(BulkAccess access) {
  return Must(PostgresBulk::OpenReader(options_, access, clock_, kNoServices));
}

std::unique_ptr<StoreImporter> PostgresBulkFixture::Target() {
  return Must(PostgresBulk::OpenTarget(options_, clock_, kNoServices));
}

void PostgresBulkFixture::Serve(const std::function<void(Store&)>& work) {
  PostgresOptions options;
  options.url = options_.url;
  options.prepared_statements = options_.prepared_statements;
  const std::unique_ptr<Store> store = Must(PostgresStore::Open(options, clock_));
  work(*store);
}

}  // namespace keelson
