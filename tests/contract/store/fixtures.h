// A fresh store for each test, of each adapter.
//
//   STORE_TEST("what holds") {
//     TestType fixture;
//     Store& store = fixture.store();
//     …
//   }
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "adapters/store/memory/memory_store.h"
#include "adapters/store/postgres/postgres_store.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "core/common/deadline.h"
#include "core/common/error.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/samples.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {

class RealClock : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())); }
};

// A folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string File(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class MemoryFixture {
 public:
  Store& store() { return store_; }

 private:
  RealClock clock_;
  MemoryStore store_;
};

class SqliteFixture {
 public:
  explicit SqliteFixture(std::size_t group_commit = 128);
  Store& store() { return *store_; }

 private:
  TemporaryFolder folder_;
  RealClock clock_;
  std::unique_ptr<Store> store_;
};

// One unit of work per commit.
class SqliteUngroupedFixture : public SqliteFixture {
 public:
  SqliteUngroupedFixture() : SqliteFixture(1) {}
};

// A database of its own on the process's PostgreSQL.
class PostgresFixture {
 public:
  PostgresFixture() { Open({.url = database_.url(), .pool_size = 8}); }
  Store& store() { return *store_; }

 protected:
  struct Behind {};
  // Behind a pooler that hands every transaction to any of its connections.
  explicit PostgresFixture(Behind) {
    Open({.url = servers::PgBouncer::Shared().url(database_.name()),
          .pool_size = 8,
          .prepared_statements = false});
  }

 private:
  void Open(const PostgresOptions& options);

  servers::PostgresDatabase database_;
  RealClock clock_;
  std::unique_ptr<Store> store_;
};

class PgBouncerFixture : public PostgresFixture {
 public:
  PgBouncerFixture() : PostgresFixture(Behind()) {}
};

#define STORE_TEST(name)                                                                                     \
  TEMPLATE_TEST_CASE(name, "[store]", MemoryFixture, SqliteFixture, SqliteUngroupedFixture, PostgresFixture, \
                     PgBouncerFixture)

// Of stores that run one write after another. Left out: PostgreSQL, whose writers wait for each other's rows
// alone (postgres_faults_test.cc).
#define ONE_WRITER_TEST(name) \
  TEMPLATE_TEST_CASE(name, "[store]", MemoryFixture, SqliteFixture, SqliteUngroupedFixture)

#define REQUIRE_OK(expression)                  \
  do {                                          \
    const absl::Status required = (expression); \
    INFO(required.ToString());                  \
    REQUIRE(required.ok());                     \
  } while (false)

inline absl::Status Write(Store& store, Store::WriteWork work) {
  return store.Write(Deadline::Never(), work);
}

// What `work` finds; the test ends where it fails. For the test's own thread, as every check is.
template <typename Work>
auto Get(Store& store, Work work) {
  std::invoke_result_t<Work, ReadTransaction&> found = absl::UnknownError("did not run");
  REQUIRE_OK(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    found = work(tx);
    return found.status();
  }));
  return *std::move(found);
}

// The same of a write.
template <typename Work>
auto Do(Store& store, Work work) {
  std::invoke_result_t<Work, WriteTransaction&> result = absl::UnknownError("did not run");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    result = work(tx);
    return result.status();
  }));
  return *std::move(result);
}

inline std::vector<Event> AllEvents(Store& store) {
  return Get(store, [](ReadTransaction& tx) { return tx.events().ListAfter(0, 1'000'000); });
}

// Stored already.
User StoredUser(Store& store, const std::string& email_key = "owner@example.com");
Order StoredOrder(Store& store, const std::string& email_key = "owner@example.com");

// Runs `work` with 0, 1, … on so many threads at once.
template <typename Work>
void InParallel(int threads, Work work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : running) thread.join();
}

}  // namespace keelson
