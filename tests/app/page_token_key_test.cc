#include "app/page_token_key.h"

#include <catch2/catch.hpp>

#include "adapters/memory/memory_store.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"

namespace keelson {
namespace {

TEST_CASE("a store has one page token key, made once") {
  SystemClock clock;
  SystemEntropy entropy;
  MemoryStore store(clock);
  const auto first = ReadOrMakePageTokenKey(store, entropy, absl::InfiniteFuture());
  const auto second = ReadOrMakePageTokenKey(store, entropy, absl::InfiniteFuture());
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(*first == *second);
  CHECK(*first != Sha256Digest{});

  MemoryStore other(clock);
  CHECK(*ReadOrMakePageTokenKey(other, entropy, absl::InfiniteFuture()) != *first);
}

TEST_CASE("a page token key that can't be read is an error, not another key") {
  SystemClock clock;
  SystemEntropy entropy;
  MemoryStore store(clock);
  REQUIRE(store
              .Write(absl::InfiniteFuture(),
                     [](WriteTransaction& tx) { return tx.settings().Insert("page_token_key", "short"); })
              .ok());
  CHECK(absl::IsInternal(ReadOrMakePageTokenKey(store, entropy, absl::InfiniteFuture()).status()));
}

}  // namespace
}  // namespace keelson
