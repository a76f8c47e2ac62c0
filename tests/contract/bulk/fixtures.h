// A fresh store for each test, of each adapter.
//
//   BULK_TEST("what holds") {
//     TestType fixture;
//     …
//   }
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/store/memory/memory_store.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_store.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "core/store/export/bulk.h"
#include "core/store/store.h"
#include "tests/contract/bulk/rows.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_database.h"
#include "tests/support/status_checks.h"

namespace keelson {

class RealClock : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())); }
};

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
};

class MemoryBulkFixture : public BulkFixture {
 public:
  std::unique_ptr<StoreExporter> Reader() override { return store_.OpenReader(); }
  std::unique_ptr<StoreExporter> ReaderAlone() override { return store_.OpenReader(); }
  std::unique_ptr<StoreImporter> Target() override { return store_.OpenTarget(); }
  void Serve(const std::function<void(Store&)>& work) override { work(store_); }

 private:
  RealClock clock_;
  MemoryStore store_;
};

class SqliteBulkFixture : public BulkFixture {
 public:
  SqliteBulkFixture();
  ~SqliteBulkFixture() override;
  std::unique_ptr<StoreExporter> Reader() override { return Open(BulkAccess::kShared); }
  std::unique_ptr<StoreExporter> ReaderAlone() override { return Open(BulkAccess::kExclusive); }
  std::unique_ptr<StoreImporter> Target() override;
  void Serve(const std::function<void(Store&)>& work) override;

  const std::filesystem::path& folder() const { return folder_; }
  std::string path() const { return folder_ / "keelson.db"; }
  Clock& clock() { return clock_; }

 private:
  std::unique_ptr<StoreExporter> Open(BulkAccess access);

  std::filesystem::path folder_;
  RealClock clock_;
};

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

#define BULK_TEST(name)                                                                         \
  TEMPLATE_TEST_CASE(name, "[bulk]", MemoryBulkFixture, SqliteBulkFixture, PostgresBulkFixture, \
                     PgBouncerBulkFixture)

// Every row of a kind.
RowBatch ReadAll(StoreExporter& reader, RowKind kind);
std::vector<RowBatch> ReadEverything(StoreExporter& reader);
void InsertAll(StoreImporter& target, const std::vector<RowBatch>& batches);

}  // namespace keelson
