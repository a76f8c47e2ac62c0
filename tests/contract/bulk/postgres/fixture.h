#pragma once

#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_store.h"
#include "tests/contract/bulk/fixtures.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {

// Timeouts for a database that no service uses: the tests need not wait for a service to stop.
constexpr PostgresBulkWaits kNoServices = {.patience = absl::Seconds(1), .idle_time = absl::Milliseconds(20)};
// Timeouts that are shorter than the defaults, but long enough to detect a service on a busy machine.
constexpr PostgresBulkWaits kShortWaits = {.patience = absl::Milliseconds(1200),
                                           .idle_time = absl::Seconds(1)};

// A new database on the PostgreSQL server of this process.
class PostgresBulkFixture : public BulkFixture {
 public:
  PostgresBulkFixture() : PostgresBulkFixture(Pooler::kNone) {}
  std::unique_ptr<StoreExporter> Reader() override { return Open(BulkAccess::kShared); }
  std::unique_ptr<StoreExporter> ExclusiveReader() override { return Open(BulkAccess::kExclusive); }
  std::unique_ptr<StoreImporter> Target() override;
  void Serve(const std::function<void(Store&)>& work) override;

  const servers::PostgresDatabase& database() const { return database_; }
  const PgConnection::Options& options() const { return options_; }
  Clock& clock() { return clock_; }

 protected:
  enum class Pooler { kNone, kTransactions };
  explicit PostgresBulkFixture(Pooler pooler);

 private:
  std::unique_ptr<StoreExporter> Open(BulkAccess access);

  const servers::PostgresDatabase database_;
  PgConnection::Options options_;
  RealClock clock_;
};

// A new database that the store reaches through PgBouncer with transaction pooling.
class PgBouncerBulkFixture : public PostgresBulkFixture {
 public:
  PgBouncerBulkFixture() : PostgresBulkFixture(Pooler::kTransactions) {}
};

}  // namespace keelson
