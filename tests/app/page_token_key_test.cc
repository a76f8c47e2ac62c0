#include "app/page_token_key.h"

#include <catch2/catch.hpp>

#include "adapters/store/memory/memory_store.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"

namespace keelson {
namespace {

TEST_CASE("the page token key is created once per store") {
  SystemClock clock;
  SystemEntropy entropy;
  MemoryStore store;
  const auto first = ReadOrMakePageTokenKey(store, entropy, Deadline::Never());
  const auto second = ReadOrMakePageTokenKey(store, entropy, Deadline::Never());
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(*first == *second);
  CHECK(*first != Sha256Digest{});

  MemoryStore other;
  CHECK(*ReadOrMakePageTokenKey(other, entropy, Deadline::Never()) != *first);
}

TEST_CASE("ReadOrMakePageTokenKey returns INTERNAL if the page token key in the store is invalid") {
  SystemClock clock;
  SystemEntropy entropy;
  MemoryStore store;
  REQUIRE(store
              .Write(Deadline::Never(),
                     [](WriteTransaction& tx) {
                       return tx.settings().FindOrInsert("page_token_key", "short").status();
                     })
              .ok());
  CHECK(absl::IsInternal(ReadOrMakePageTokenKey(store, entropy, Deadline::Never()).status()));
}

}  // namespace
}  // namespace keelson
