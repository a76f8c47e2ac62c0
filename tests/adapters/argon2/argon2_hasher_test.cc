#include "adapters/passwords/argon2/argon2_hasher.h"

#include <argon2.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "adapters/passwords/argon2/phc_string.h"
#include "adapters/system/system_entropy.h"
#include "core/common/error.h"
#include "core/common/strings.h"
#include "tests/support/sanitizer.h"

namespace keelson {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
// Allowed memory growth of the process for purposes other than hashes. Sanitizers need more memory for their
// own data.
constexpr std::uint64_t kSpare = (kSanitized ? 256 : 16) * kMiB;

Secret Password(std::string text = "correct horse battery staple") {
  return Secret(std::move(text));
}

std::unique_ptr<Argon2Hasher> MakeHasher(const Argon2Options& options) {
  static SystemEntropy entropy;
  absl::StatusOr<std::unique_ptr<Argon2Hasher>> hasher = Argon2Hasher::Create(options, entropy);
  REQUIRE(hasher.ok());
  return *std::move(hasher);
}

Argon2Options Cheap(std::uint32_t parallelism = 1) {
  Argon2Options options;
  options.memory_bytes = 256 * 1024;
  options.iterations = 1;
  options.parallelism = parallelism;
  return options;
}

std::uint64_t ResidentBytes(const std::string& which) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(which)) return std::stoull(line.substr(which.size() + 1)) * 1024;
  }
  return 0;
}

// Whether the process's memory falls to `bytes` within ten seconds: a slot may release its memory shortly
// after the last call returned.
bool ComesDownTo(std::uint64_t bytes) {
  const Deadline deadline = Deadline::After(absl::Seconds(10));
  while (ResidentBytes("VmRSS:") > bytes && !deadline.expired()) absl::SleepFor(absl::Milliseconds(1));
  return ResidentBytes("VmRSS:") <= bytes;
}

}  // namespace

TEST_CASE("a hash verifies only the password that was hashed") {
  const auto hasher = MakeHasher(Cheap(GENERATE(1U, 4U)));
  const absl::StatusOr<std::string> phc = hasher->Hash(Password(), Deadline::Never());
  REQUIRE(phc.ok());
  CHECK(hasher->Verify(Password(), *phc, Deadline::Never()).value());
  CHECK_FALSE(hasher->Verify(Password("Correct horse battery staple"), *phc, Deadline::Never()).value());
  CHECK_FALSE(hasher->Verify(Password(""), *phc, Deadline::Never()).value());
}

TEST_CASE("Argon2Hasher and libargon2 verify each other's hashes") {
  const auto hasher = MakeHasher(Cheap(GENERATE(1U, 3U)));
  const std::string password(Password().Reveal());
  const std::string phc = hasher->Hash(Password(), Deadline::Never()).value();
  CHECK(argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK);
  CHECK(argon2id_verify(phc.c_str(), "wrong", 5) == ARGON2_VERIFY_MISMATCH);

  std::vector<char> encoded(256);
  REQUIRE(argon2id_hash_encoded(2, 512, 2, password.data(), password.size(), "eight by", 8, 24,
                                encoded.data(), encoded.size()) == ARGON2_OK);
  CHECK(hasher->Verify(Password(), encoded.data(), Deadline::Never()).value());
}

TEST_CASE("a hash is a PHC string with the configured cost and a random salt") {
  const auto hasher = MakeHasher({});
  const std::string phc = hasher->Hash(Password(), Deadline::Never()).value();
  CHECK(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  const PhcString parsed = ParsePhc(phc).value();
  CHECK(parsed.salt.size() == 16);
  CHECK(parsed.hash.size() == 32);
  CHECK(ParsePhc(hasher->Hash(Password(), Deadline::Never()).value())->salt != parsed.salt);
}

TEST_CASE("a password of any length and with any bytes verifies, and an additional byte is a mismatch") {
  const auto hasher = MakeHasher(Cheap());
  const std::string password = GENERATE(std::string(), std::string("with\0nul", 8), std::string("\xff\xfe"),
                                        std::string(100'000, 'x'), std::string("пароль密码😀"));
  const std::string phc = hasher->Hash(Password(password), Deadline::Never()).value();
  CHECK(hasher->Verify(Password(password), phc, Deadline::Never()).value());
  CHECK_FALSE(hasher->Verify(Password(password + "x"), phc, Deadline::Never()).value());
}

TEST_CASE("verifying a stored hash that is malformed or unsupported is an error, not a mismatch") {
  const auto hasher = MakeHasher(Cheap());
  for (const std::string_view phc :
       {"", "plain", "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"}) {
    CHECK(hasher->Verify(Password(), phc, Deadline::Never()).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("hashes of other systems verify, and need a rehash") {
  const auto hasher = MakeHasher(Cheap());
  const std::string phc =
      GENERATE("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
               "$pbkdf2-sha256$i=1,l=32$c2FsdA$dpvLVWcFf/Gz9xINYomVl2EPH3Ba1rjuHZZvYCsRBMM",
               "$scrypt$ln=4,r=1,p=1$TmFDbA$jjAHEfRD5rLuVCYDunBPboq/JJLHo07uxXX7AzSrtwg",
               "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$3DlLU9WZtBEI/JloXWbwxG4iHrejM9JBUIOZHk+VosY");
  CAPTURE(phc);
  CHECK(hasher->CheckHash(phc).ok());
  CHECK(hasher->Verify(Password("U*U"), phc, Deadline::Never()).value());
  CHECK_FALSE(hasher->Verify(Password("U*U*"), phc, Deadline::Never()).value());
  CHECK(hasher->NeedsRehash(phc));
}

TEST_CASE("a hash needs a rehash if a parameter is weaker than configured, or the parallelism differs") {
  const auto hasher = MakeHasher({.memory_bytes = 1024 * 1024, .iterations = 3, .parallelism = 2});
  const auto needs_rehash = [&](std::string_view cost, std::size_t salt_bytes = 16,
                                std::size_t hash_bytes = 32) {
    PhcString phc = ParsePhc(StrCat("$argon2id$v=19$", cost, "$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA")).value();
    phc.salt.assign(salt_bytes, 's');
    phc.hash.assign(hash_bytes, 'h');
    return hasher->NeedsRehash(FormatPhc(phc));
  };
  CHECK_FALSE(hasher->NeedsRehash(hasher->Hash(Password(), Deadline::Never()).value()));
  CHECK_FALSE(needs_rehash("m=1024,t=3,p=2"));
  CHECK_FALSE(needs_rehash("m=2048,t=3,p=2"));
  CHECK_FALSE(needs_rehash("m=1024,t=10,p=2"));
  CHECK_FALSE(needs_rehash("m=1024,t=3,p=2", 32, 64));
  CHECK(needs_rehash("m=1023,t=3,p=2"));
  CHECK(needs_rehash("m=65536,t=2,p=2"));
  CHECK(needs_rehash("m=1024,t=3,p=1"));
  CHECK(needs_rehash("m=1024,t=3,p=4"));
  CHECK(needs_rehash("m=1024,t=3,p=2", 15));
  CHECK(needs_rehash("m=1024,t=3,p=2", 16, 31));
  CHECK(hasher->NeedsRehash("plain text"));
}

TEST_CASE("only Argon2id with the configured parameters takes the time of a new hash") {
  const auto hasher = MakeHasher({.memory_bytes = 1024 * 1024, .iterations = 3, .parallelism = 2});
  const auto costs_like_new = [&](std::string_view begin) {
    return hasher->CostsLikeNewHash(StrCat(begin, "$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA"));
  };
  CHECK(hasher->CostsLikeNewHash(hasher->Hash(Password(), Deadline::Never()).value()));
  CHECK(costs_like_new("$argon2id$v=19$m=1024,t=3,p=2"));
  for (const char* begin :
       {"$argon2id$v=19$m=1023,t=3,p=2", "$argon2id$v=19$m=2048,t=3,p=2", "$argon2id$v=19$m=1024,t=4,p=2",
        "$argon2id$v=19$m=1024,t=3,p=1", "$argon2i$v=19$m=1024,t=3,p=2", "$scrypt$ln=4,r=1,p=1"}) {
    CAPTURE(begin);
    CHECK_FALSE(costs_like_new(begin));
  }
}

TEST_CASE("CheckHash accepts the hashes that Verify supports, and names the rule that another one violates") {
  const auto hasher = MakeHasher(Cheap());
  CHECK(hasher->CheckHash(hasher->Hash(Password(), Deadline::Never()).value()).ok());
  const absl::Status costly =
      hasher->CheckHash("$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  CHECK(costly == absl::InvalidArgumentError("must have a bcrypt cost from 4 to 15"));
  CHECK(hasher->CheckHash("").code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE(
    "the dummy hash has the parameters of a new hash, differs between processes and matches no password") {
  const auto hasher = MakeHasher(Cheap());
  const std::string dummy = hasher->DummyHash();
  CHECK(hasher->CheckHash(dummy).ok());
  CHECK_FALSE(hasher->NeedsRehash(dummy));
  CHECK(dummy.size() == hasher->Hash(Password(), Deadline::Never()).value().size());
  CHECK(dummy == hasher->DummyHash());
  CHECK(dummy != MakeHasher(Cheap())->DummyHash());
  CHECK_FALSE(hasher->Verify(Password(), dummy, Deadline::Never()).value());
}

TEST_CASE("the memory of a scrypt hash counts towards the memory budget") {
  // Each hash takes 16 MiB, so that the budget is enough for one at a time, with four slots.
  Argon2Options options = Cheap();
  options.cores = 4;
  options.memory_budget_bytes = 20 * kMiB;
  const auto hasher = MakeHasher(options);
  REQUIRE(hasher->slots() == 4);
  std::atomic<std::size_t> most = 0;
  std::atomic<bool> over = false;
  std::thread watcher([&] {
    while (!over) most = std::max(most.load(), hasher->load().running);
  });
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto same = hasher->Verify(
          Password("pleaseletmein"),
          "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
          "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
          Deadline::Never());
      if (!same.ok() || !*same) most = 100;
    });
  }
  for (std::thread& caller : callers) caller.join();
  over = true;
  watcher.join();
  CHECK(most == 1);
}

TEST_CASE("the cores and the memory budget limit the number of slots, which is at least one") {
  const auto slots = [](std::size_t cores, std::uint64_t memory, std::uint64_t budget) {
    Argon2Options options;
    options.cores = cores;
    options.memory_bytes = memory;
    options.memory_budget_bytes = budget;
    return MakeHasher(options)->slots();
  };
  CHECK(slots(8, 16 * kMiB, 256 * kMiB) == 8);
  CHECK(slots(8, 64 * kMiB, 256 * kMiB) == 4);
  CHECK(slots(8, 256 * kMiB, 256 * kMiB) == 1);
  CHECK(slots(0, 16 * kMiB, 256 * kMiB) >= 1);
}

TEST_CASE("Create rejects an option that is out of bounds") {
  SystemEntropy entropy;
  Argon2Options options = Cheap();
  const auto refused = [&] {
    return Argon2Hasher::Create(options, entropy).status().code() == absl::StatusCode::kInvalidArgument;
  };
  SECTION("too much memory") {
    options.memory_bytes = 513 * kMiB;
  }
  SECTION("memory whose number of KiB exceeds 32 bits") {
    options.memory_bytes = std::uint64_t{1} << 52;
  }
  SECTION("too little memory") {
    options.memory_bytes = 7 * 1024;
  }
  SECTION("zero iterations") {
    options.iterations = 0;
  }
  SECTION("too much parallelism") {
    options.parallelism = 17;
  }
  SECTION("a memory budget too small for one hash") {
    options.memory_budget_bytes = options.memory_bytes - 1;
  }
  CHECK(refused());
}

TEST_CASE(
    "a burst of hashes stays within the limits of memory and queue, and releases the memory afterwards") {
  Argon2Options options;
  options.cores = 2;
  options.queue = 16;
  const auto hasher = MakeHasher(options);
  REQUIRE(hasher->Hash(Password(), Deadline::Never()).ok());
  const std::uint64_t before = ResidentBytes("VmRSS:");
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::atomic<bool> over = false;
  std::uint64_t highest = 0;
  std::thread watcher([&] {
    while (!over) {
      highest = std::max(highest, ResidentBytes("VmRSS:"));
      absl::SleepFor(absl::Milliseconds(1));
    }
  });
  std::vector<std::thread> callers;
  for (int i = 0; i < 64; ++i) {
    callers.emplace_back([&] {
      const absl::StatusOr<std::string> phc = hasher->Hash(Password(), Deadline::Never());
      if (phc.ok()) ++done;
      if (HasReason(phc.status(), Reason::kOverloaded)) ++refused;
    });
  }
  for (std::thread& caller : callers) caller.join();
  over = true;
  watcher.join();
  CHECK(done + refused == 64);
  CHECK(done >= 16);
  CHECK(highest <= before + hasher->slots() * options.memory_bytes + kSpare);
  CHECK(ComesDownTo(before + kSpare));
}

TEST_CASE("the memory of hashes that libargon2 computed is released") {
  Argon2Options options;
  options.parallelism = 2;
  const auto hasher = MakeHasher(options);
  REQUIRE(hasher->Hash(Password(), Deadline::Never()).ok());
  const std::uint64_t before = ResidentBytes("VmRSS:");
  for (int i = 0; i < 10; ++i) REQUIRE(hasher->Hash(Password(), Deadline::Never()).ok());
  CHECK(ComesDownTo(before + kSpare));
}

}  // namespace keelson
