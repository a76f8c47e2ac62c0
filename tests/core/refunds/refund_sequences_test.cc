#include "tests/core/refunds/refund_sequences.h"

#include <catch2/catch.hpp>

#include "adapters/store/memory/memory_store.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

// Sanitizers slow the sequences down by a factor of ten.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSequences = 1'000;
#else
constexpr int kSequences = 10'000;
#endif

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
