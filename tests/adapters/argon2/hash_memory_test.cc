#include "adapters/passwords/argon2/hash_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "adapters/passwords/argon2/argon2id.h"
#include "adapters/passwords/foreign/scrypt.h"

namespace keelson {
namespace {

constexpr std::size_t kBlock = 1024 * 1024;

// Computes a hash with this cost in a new thread, and returns the size of the thread's memory block.
std::size_t HeldAfter(const Argon2idCost& cost) {
  std::size_t held = 0;
  std::thread([&] {
    std::string hash(32, '\0');
    if (ComputeArgon2id("password", std::string(16, 's'), cost, hash).ok()) held = HashMemory::held_bytes();
  }).join();
  return held;
}

bool IsMapped(void* page) {
  unsigned char resident = 0;
  return mincore(page, 1, &resident) == 0;
}

}  // namespace

TEST_CASE("Borrow returns the same block until another size is borrowed or the block is freed") {
  void* block = HashMemory::Borrow(kBlock);
  REQUIRE(block != nullptr);
  std::memset(block, 7, kBlock);
  CHECK(HashMemory::Borrow(kBlock) == block);
  CHECK(static_cast<char*>(block)[kBlock - 1] == 7);
  CHECK(HashMemory::held_bytes() == kBlock);

  auto* larger = static_cast<char*>(HashMemory::Borrow(3 * kBlock));
  REQUIRE(larger != nullptr);
  std::memset(larger, 1, 3 * kBlock);
  CHECK(HashMemory::held_bytes() == 3 * kBlock);
  HashMemory::Free();
  CHECK(HashMemory::held_bytes() == 0);
}

TEST_CASE("FreeUnless returns a block of another size to the system") {
  REQUIRE(HashMemory::Borrow(kBlock) != nullptr);
  HashMemory::FreeUnless(kBlock);
  CHECK(HashMemory::held_bytes() == kBlock);
  HashMemory::FreeUnless(0);
  CHECK(HashMemory::held_bytes() == 0);
}

TEST_CASE("each thread has its own memory block, which is freed when the thread ends") {
  void* mine = HashMemory::Borrow(kBlock);
  std::size_t held_before = kBlock;
  void* other = nullptr;
  std::thread([&] {
    held_before = HashMemory::held_bytes();
    other = HashMemory::Borrow(kBlock);
  }).join();
  CHECK(held_before == 0);
  CHECK(other != mine);
  CHECK(HashMemory::held_bytes() == kBlock);
  HashMemory::Free();
}

// Regression: a block that mmap placed at a huge page boundary was mistaken for a borrowed block and never
// unmapped. Each extra page moves the next mapping, so that one of the mappings lies at such a boundary.
TEST_CASE("Free unmaps a block at any address") {
  constexpr std::size_t kHugePage = 2 * kBlock;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<void*> extra;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kHugePage / page; ++i) {
    void* block = HashMemory::Borrow(kHugePage);
    REQUIRE(block != nullptr);
    HashMemory::Free();
    if (IsMapped(block)) ++kept;
    extra.push_back(mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
  for (void* address : extra) munmap(address, page);
  CHECK(kept == 0);
}

TEST_CASE("Borrow returns null if the system has not enough memory") {
  CHECK(HashMemory::Borrow(std::size_t{1} << 60) == nullptr);
  CHECK(HashMemory::held_bytes() == 0);
}

TEST_CASE("libargon2 computes a hash in the memory block of the calling thread") {
  CHECK(HeldAfter({.memory_kib = 256, .iterations = 1, .parallelism = 2}) == 256 * 1024);
}

#ifdef KEELSON_WRAPS_MMAP
TEST_CASE(
    "libsodium computes a hash in the memory block of the calling thread if its calls of mmap are wrapped") {
  CHECK(HeldAfter({.memory_kib = 256, .iterations = 1, .parallelism = 1}) == 256 * 1024);
}

TEST_CASE("libsodium computes scrypt in the memory block of the calling thread, of the announced size") {
  const ScryptCost cost =
      GENERATE(ScryptCost{.log_n = 10, .r = 8, .p = 1}, ScryptCost{.log_n = 4, .r = 1, .p = 1},
               ScryptCost{.log_n = 5, .r = 16, .p = 16});
  std::size_t held = 0;
  std::thread([&] {
    std::string key(32, '\0');
    if (ComputeScrypt("password", "salt", cost, key).ok()) held = HashMemory::held_bytes();
  }).join();
  CHECK(held == cost.memory_bytes());
}
#endif

}  // namespace keelson
