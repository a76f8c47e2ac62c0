// Contract tests for every store. A test case runs once per variant of the adapter, each time with a new
// store.
//
// STORE_TEST("a user is found by id") { Store& store = fixture.store(); … }
//
// A new store adds a folder here, whose program links keelson_store_contract and defines StoreVariants().
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/common/deadline.h"
#include "core/common/error.h"
#include "core/events/event_repository.h"
#include "core/store/batched_reads.h"
#include "core/store/store.h"
#include "tests/contract/store/samples.h"
#include "tests/contract/suite.h"
#include "tests/support/real_clock.h"

namespace keelson {

// A new directory; the destructor deletes it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string File(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  virtual Store& store() = 0;
  // Whether the store runs one write at a time.
  virtual bool one_writer() const = 0;
};

// Defined by each store's test program.
std::vector<FixtureVariant<StoreFixture>> StoreVariants();

#define STORE_TEST(name) CONTRACT_TEST(StoreFixture, StoreVariants, name, "[store]")

#define REQUIRE_OK(expression)                  \
  do {                                          \
    const absl::Status required = (expression); \
    INFO(required.ToString());                  \
    REQUIRE(required.ok());                     \
  } while (false)

inline absl::Status Write(Store& store, Store::WriteWork work) {
  return store.Write(Deadline::Never(), work);
}

// Returns the result of `work` in a read transaction; an error ends the test. For the main thread of the test
// only, because Catch is not thread-safe.
template <typename Work>
auto Get(Store& store, Work work) {
  std::invoke_result_t<Work, ReadTransaction&> found = absl::UnknownError("did not run");
  REQUIRE_OK(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    found = work(tx);
    return found.status();
  }));
  return *std::move(found);
}

// Returns the result of `work` in a write transaction; like Get.
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

// Insert a sample user or order, and return it.
User StoredUser(Store& store, const std::string& email_key = "owner@example.com");
Order StoredOrder(Store& store, const std::string& email_key = "owner@example.com");

// Runs work(0), work(1), … concurrently on `threads` threads. Blocks until all have ended.
template <typename Work>
void InParallel(int threads, Work work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : running) thread.join();
}

// Executes the calls as a batch, or one by one if the store has no batches.
inline void RunBatch(Store& store, const std::vector<ReadCall>& calls) {
  if (BatchedReads* const batched = store.traits().batched_reads) return batched->RunBatch(calls);
  for (const ReadCall& call : calls) call.run();
}

}  // namespace keelson
