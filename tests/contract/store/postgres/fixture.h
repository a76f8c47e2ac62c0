#pragma once

#include <memory>

#include "adapters/store/postgres/postgres_store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {

// A store on a new database on the PostgreSQL server of this process.
class PostgresFixture : public StoreFixture {
 public:
  PostgresFixture();
  Store& store() override { return *store_; }
  bool one_writer() const override { return false; }

 protected:
  struct Behind {};
  // Connects through PgBouncer with transaction pooling.
  explicit PostgresFixture(Behind);

 private:
  void Open(const PostgresOptions& options);

  servers::PostgresDatabase database_;
  RealClock clock_;
  std::unique_ptr<Store> store_;
};

}  // namespace keelson
