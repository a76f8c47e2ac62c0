#include "tests/core/refunds/refund_sequences.h"

#include <catch2/catch.hpp>

#include "adapters/store/memory/memory_store.h"
#include "tests/support/sanitizer.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

constexpr int kSequences = kSanitized ? 1'000 : 10'000;

TEST_CASE("The invariants of refunds hold after each call of 10000 random sequences") {
  const Seed first(1);
  for (std::uint64_t seed = first.value(); seed < first.value() + kSequences; ++seed) {
    MemoryStore store;
    RunRefundSequences(store, seed, 1, 25);
  }
}

TEST_CASE("the invariants of refunds hold after each call of long random sequences") {
  const Seed first(20'001);
  for (std::uint64_t seed = first.value(); seed < first.value() + 50; ++seed) {
    MemoryStore store;
    RunRefundSequences(store, seed, 1, 300);
  }
}

}  // namespace
}  // namespace keelson
