#include "tests/core/sessions/account_model.h"

#include <catch2/catch.hpp>

#include "adapters/store/memory/memory_store.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

TEST_CASE("Random calls of accounts and sessions agree with a simple model") {
  const Seed first(1);
  int sessions = 0;
  for (std::uint64_t seed = first.value(); seed < first.value() + 20; ++seed) {
    CAPTURE(seed);
    MemoryStore store;
    sessions += RunAccountModel(store, seed, 500);
  }
  CHECK(sessions > 0);
}

}  // namespace
}  // namespace keelson
