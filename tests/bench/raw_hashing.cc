#include "tests/bench/raw_hashing.h"

#include <sodium.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace keelson {
namespace {

constexpr std::size_t kMemoryBytes = std::size_t{19} << 20;
constexpr unsigned long long kPasses = 2;
constexpr std::string_view kPassword = "correct horse newcomer";

void HashOnce() {
  std::array<unsigned char, 32> hash;
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  if (crypto_pwhash(hash.data(), hash.size(), kPassword.data(), kPassword.size(), salt.data(), kPasses,
                    kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    std::abort();  // out of memory
  }
}

}  // namespace

double RawHashesPerSecond(int threads, absl::Duration duration) {
  if (sodium_init() < 0) std::abort();
  std::atomic<int> hashes = 0;
  const absl::Time begin = absl::Now();
  {
    std::vector<std::jthread> hashing;
    for (int i = 0; i < threads; ++i) {
      hashing.emplace_back([&] {
        while (absl::Now() < begin + duration) {
          HashOnce();
          ++hashes;
        }
      });
    }
  }
  return hashes / absl::ToDoubleSeconds(absl::Now() - begin);
}

}  // namespace keelson
