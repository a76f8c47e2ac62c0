#pragma once

#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_store.h"
#include "tests/contract/bulk/fixtures.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {

// For a database that no service has: nobody is waited for.
constexpr PostgresBulkWaits kNobodyWaits = {.patience = absl::Seconds(1),
                                            .idle_time = absl::Milliseconds(20)};
// Shorter than for operators, yet a service is noticed on a busy machine.
constexpr PostgresBulkWaits kShortWaits = {.patience = absl::Milliseconds(1200),
                                           .idle_time = absl::Seconds(1)};

// A database of its own on the process's PostgreSQL.
class PostgresBulkFixture : public BulkFixture {
 public:
  PostgresBulkFixture() : PostgresBulkFixture(Pooler::kNone) {}
  std::unique_ptr<StoreExporter> Reader() override { return Open(BulkAccess::kShared); }
  std::unique_ptr<StoreExporter> ReaderAlone() override { return Open(BulkAccess::kExclusive); }
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

// Behind a pooler that hands every transaction to any of its connections.
class PgBouncerBulkFixture : public PostgresBulkFixture {
 public:
  PgBouncerBulkFixture() : PostgresBulkFixture(Pooler::kTransactions) {}
};

}  // namespace keelson
