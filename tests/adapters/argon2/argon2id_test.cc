// Compares hashes with libargon2's own PHC strings: the PHC string must not depend on the library that
// computes the hash.
#include "adapters/passwords/argon2/argon2id.h"

#include <argon2.h>

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "adapters/passwords/argon2/phc_string.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

std::string RandomBytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string Oracle(const std::string& password, const std::string& salt, const Argon2idCost& cost,
                   std::size_t hash_bytes) {
  std::vector<char> encoded(512);
  REQUIRE(argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.parallelism, password.data(),
                                password.size(), salt.data(), salt.size(), hash_bytes, encoded.data(),
                                encoded.size()) == ARGON2_OK);
  return encoded.data();
}

std::string Ours(const std::string& password, const std::string& salt, const Argon2idCost& cost,
                 std::size_t hash_bytes) {
  PhcString phc{.cost = cost, .salt = salt, .hash = std::string(hash_bytes, '\0')};
  REQUIRE(ComputeArgon2id(password, salt, cost, phc.hash).ok());
  return FormatPhc(phc);
}

}  // namespace

TEST_CASE("ComputeArgon2id returns the hash of a test vector that libargon2 publishes") {
  // A test vector from libargon2's test.c: m = 2^8, t = 2, p = 1.
  CHECK(Ours("password", "somesalt", {256, 2, 1}, 32) ==
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
}

TEST_CASE("ComputeArgon2id and libargon2 compute the same hash for random parameters") {
  const Seed seed(20240601);
  std::mt19937 random(seed.value());
  for (int round = 0; round < 200; ++round) {
    Argon2idCost cost;
    // Every second round has parameters that libsodium supports.
    const bool sodium = round % 2 == 0;
    cost.parallelism = sodium ? 1 : 1 + static_cast<std::uint32_t>(random() % 5);
    cost.iterations = 1 + static_cast<std::uint32_t>(random() % 4);
    cost.memory_kib = 8 * cost.parallelism + static_cast<std::uint32_t>(random() % 600);
    const std::string salt = RandomBytes(random, sodium ? 16 : 8 + random() % 57);
    const std::string password = RandomBytes(random, random() % 300);
    const std::size_t hash_bytes = 16 + random() % 49;
    CHECK(Ours(password, salt, cost, hash_bytes) == Oracle(password, salt, cost, hash_bytes));
  }
}

TEST_CASE("libsodium and libargon2 compute the same hash at the default cost") {
  const Argon2idCost cost{19456, 2, 1};
  const std::string salt(16, 's');
  std::string by_sodium(32, '\0');
  std::string by_argon2(32, '\0');
  REQUIRE(ComputeArgon2id("correct horse", salt, cost, by_sodium).ok());
  REQUIRE(ComputeByLibargon2("correct horse", salt, cost, by_argon2).ok());
  CHECK(by_sodium == by_argon2);
}

TEST_CASE("CheckArgon2idCost rejects a cost that is out of bounds") {
  CHECK(CheckArgon2idCost({19456, 2, 1}).ok());
  CHECK(CheckArgon2idCost({512 * 1024, 10, 16}).ok());
  for (const Argon2idCost& cost :
       {Argon2idCost{512 * 1024 + 1, 2, 1}, Argon2idCost{19456, 11, 1}, Argon2idCost{19456, 0, 1},
        Argon2idCost{19456, 2, 0}, Argon2idCost{19456, 2, 17}, Argon2idCost{7, 2, 1},
        Argon2idCost{31, 2, 4}}) {
    CHECK(CheckArgon2idCost(cost).code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace keelson
