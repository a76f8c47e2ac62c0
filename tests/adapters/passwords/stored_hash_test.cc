#include "adapters/passwords/stored_hash.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <string>

#include "tests/adapters/passwords/vectors.h"
#include "tests/support/seed.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

constexpr std::string_view kScrypt =
    "$scrypt$ln=14,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
constexpr std::string_view kPbkdf2 =
    "$pbkdf2-sha256$i=6400,l=32$aM15713r3Xsvxbi31lqr1Q$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44";
constexpr std::string_view kPasslib =
    "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44";
constexpr std::string_view kBcrypt = "$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO";
constexpr std::string_view kArgon2 =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
constexpr std::string_view kFirebase =
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=c2lnbmVyIGtleSBvZiAyMCBieQ==$TmFDbA==$c2lnbmVyIGtleSBvZiAyMCBieQ="
    "=";

std::string Replaced(std::string_view hash, std::string_view part, std::string_view other) {
  std::string text(hash);
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

bool Matches(std::string_view hash, std::string_view password) {
  return Must(Must(ParseStoredHash(hash))->Matches(password));
}

// The largest size that the process's address space had, in KiB.
std::uint64_t PeakKib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmPeak:")) return std::stoull(line.substr(7));
  }
  return 0;
}

// Returns `text` with one random change.
std::string Mutated(std::string text, std::size_t from, std::mt19937& random) {
  const std::size_t at = from + random() % (text.size() - from);
  switch (random() % 4) {
    case 0:
      text[at] = static_cast<char>(random());
      break;
    case 1:
      text.erase(at, 1 + random() % 3);
      break;
    case 2:
      text.insert(at, 1, static_cast<char>(random()));
      break;
    default:
      text[at] = text[from + random() % (text.size() - from)];
  }
  return text;
}

// Position of the salt, so that a change after it leaves the cost of the hash unchanged.
std::size_t SaltOf(const std::string& hash) {
  return hash.starts_with("$2") ? 7 : hash.rfind('$', hash.rfind('$') - 1) + 1;
}

}  // namespace

TEST_CASE("a published hash of each format matches its password and no other") {
  for (const HashVector& vector : HashVectors()) {
    CAPTURE(vector.origin, vector.hash);
    CHECK(Matches(vector.hash, vector.password));
    CHECK_FALSE(Matches(vector.hash, "x" + vector.password));
  }
}

TEST_CASE("each bound of a parameter accepts the bound and rejects the next value with the violated rule") {
  struct Bound {
    std::string accepted;
    std::string rejected;
    std::string rule;
  };
  const std::string salt64(86, 'A');
  const Bound bound = GENERATE_COPY(
      Bound{Replaced(kArgon2, "m=256", "m=524288"), Replaced(kArgon2, "m=256", "m=524289"),
            "Argon2's memory"},
      Bound{Replaced(kArgon2, "t=2", "t=10"), Replaced(kArgon2, "t=2", "t=11"), "Argon2's iterations"},
      Bound{Replaced(kArgon2, "p=1", "p=16"), Replaced(kArgon2, "p=1", "p=17"), "Argon2's parallelism"},
      Bound{Replaced(kBcrypt, "06", "04"), Replaced(kBcrypt, "06", "03"), "bcrypt cost from 4 to 15"},
      Bound{Replaced(kBcrypt, "06", "15"), Replaced(kBcrypt, "06", "16"), "bcrypt cost from 4 to 15"},
      Bound{Replaced(kPbkdf2, "6400", "1"), Replaced(kPbkdf2, "6400", "0"), "PBKDF2 iterations"},
      Bound{Replaced(kPbkdf2, "6400", "10000000"), Replaced(kPbkdf2, "6400", "10000001"),
            "PBKDF2 iterations"},
      Bound{Replaced(kPasslib, "6400", "10000000"), Replaced(kPasslib, "6400", "10000001"),
            "PBKDF2 iterations"},
      Bound{Replaced(kPbkdf2, "l=32", "l=32"), Replaced(kPbkdf2, "l=32", "l=33"), "parameter l"},
      Bound{Replaced(kPbkdf2, "aM15713r3Xsvxbi31lqr1Q", salt64),
            Replaced(kPbkdf2, "aM15713r3Xsvxbi31lqr1Q", salt64 + "A"), "salt of 1 to 64 bytes"},
      Bound{Replaced(kScrypt, "ln=14", "ln=1"), Replaced(kScrypt, "ln=14", "ln=0"), "scrypt N"},
      Bound{Replaced(kScrypt, "ln=14", "ln=17"), Replaced(kScrypt, "ln=14", "ln=18"), "scrypt N"},
      Bound{Replaced(kScrypt, "r=8", "r=16"), Replaced(kScrypt, "r=8", "r=17"), "scrypt r"},
      Bound{Replaced(kScrypt, "r=8", "r=1"), Replaced(kScrypt, "r=8", "r=0"), "scrypt r"},
      Bound{Replaced(kScrypt, "p=1", "p=16"), Replaced(kScrypt, "p=1", "p=17"), "a p from 1 to 16"},
      Bound{Replaced(kScrypt, "ln=14,r=8", "ln=15,r=1"), Replaced(kScrypt, "ln=14,r=8", "ln=16,r=1"),
            "RFC 7914"},
      Bound{Replaced(kScrypt, "ln=14,r=8,p=1", "ln=17,r=16,p=4"),
            Replaced(kScrypt, "ln=14,r=8,p=1", "ln=17,r=16,p=5"), "N * r * p"},
      Bound{Replaced(kFirebase, "n=14", "n=17"), Replaced(kFirebase, "n=14", "n=18"), "scrypt N"},
      Bound{std::string(kFirebase),
            Replaced(kFirebase, "$c2lnbmVyIGtleSBvZiAyMCBieQ==", "$c2lnbmVyIGtleSBvZiAyMCBi"),
            "as long as the signer key"});
  CAPTURE(bound.accepted, bound.rejected);
  CHECK(ParseStoredHash(bound.accepted).status() == absl::OkStatus());
  const absl::Status rejected = ParseStoredHash(bound.rejected).status();
  CHECK(rejected.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(rejected.message()), Catch::Contains(bound.rule));
}

TEST_CASE("a malformed or hostile hash is rejected without allocating what it demands") {
  const std::vector<std::string> hashes = {
      "", "$", "$$$$$", "plain text", "$1$salt$hash",
      "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e",
      "$2$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", std::string(1 << 20, '$'),
      "$pbkdf2$i=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
      "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
      "$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
      "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
      // Parameters
      Replaced(kArgon2, "m=256", "m=4294967295"), Replaced(kArgon2, "m=256", "m=18446744073709551615"),
      Replaced(kScrypt, "ln=14", "ln=63"), Replaced(kScrypt, "ln=14", "ln=4294967295"),
      Replaced(kScrypt, "ln=14", "N=16384"), Replaced(kScrypt, "ln=14,r=8", "r=8,ln=14"),
      Replaced(kScrypt, "r=8", "r=4294967295"), Replaced(kScrypt, "p=1", "p=4294967295"),
      Replaced(kScrypt, "ln=14", "ln=014"), Replaced(kScrypt, "ln=14", "ln=-1"),
      Replaced(kScrypt, "ln=14", "ln="), Replaced(kPbkdf2, "i=6400", "i=4294967295"),
      Replaced(kPbkdf2, "i=6400", "i=99999999999999999999"), Replaced(kPbkdf2, "i=6400", "i=+6400"),
      Replaced(kPbkdf2, "i=6400", "i=06400"), Replaced(kPbkdf2, "i=6400", ""),
      Replaced(kPbkdf2, "l=32", "l=4294967295"), Replaced(kPbkdf2, "l=32", "l=32,l=32"),
      Replaced(kPbkdf2, "i=6400", "6400"), Replaced(kBcrypt, "06", "99"), Replaced(kBcrypt, "06", "6$"),
      Replaced(kBcrypt, "06", " 6"), Replaced(kFirebase, "n=14", "n=4294967295"),
      Replaced(kFirebase, "v=1", "v=2"), Replaced(kFirebase, "ss=Bw==", "ss="),
      Replaced(kFirebase, "ss=Bw==", "ss=Bw"),
      // Salt and hash: empty, truncated, too long, another alphabet, trailing text
      Replaced(kScrypt, "aM15713r3Xsvxbi31lqr1Q", ""), Replaced(kPbkdf2, "aM15713r3Xsvxbi31lqr1Q", ""),
      Replaced(kArgon2, "c29tZXNhbHQ", ""), Replaced(kFirebase, "TmFDbA==", ""),
      Replaced(kScrypt, "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", ""),
      Replaced(kScrypt, "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", "nFNh2CVHVjNldFVKDHDl"),
      Replaced(kPbkdf2, "jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44",
               "jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD4"),
      Replaced(kPbkdf2, "QDD44", "QDD45"), Replaced(kPbkdf2, "QDD44", "QDD44="),
      Replaced(kPbkdf2, "QDD44", "QDD.4"), Replaced(kPasslib, ".6UI", "+6UI"),
      Replaced(kScrypt, "+iCs5E", "-iCs5E"), Replaced(kScrypt, "+iCs5E", "+iCs5E$"),
      Replaced(kScrypt, "+iCs5E", std::string("+iCs5E\0", 7)), Replaced(kScrypt, "+iCs5E", "+iCs5E\n"),
      std::string(kScrypt) + std::string(400, 'A'), std::string(kBcrypt) + "x",
      std::string(kBcrypt.substr(0, 59)), Replaced(kBcrypt, "5z.", "5z/"), Replaced(kBcrypt, "7iO", "7iP"),
      Replaced(kBcrypt, "ehKG", "eh=G"), Replaced(kBcrypt, "ehKG", std::string("eh\0G", 4))};
  const std::uint64_t before = PeakKib();
  for (const std::string& hash : hashes) {
    CAPTURE(hash.substr(0, 200));
    const absl::Status status = ParseStoredHash(hash).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(status.message()), Catch::StartsWith("must ") || Catch::StartsWith("Argon2's "));
  }
  CHECK(PeakKib() - before < 16 * 1024);
}

TEST_CASE("a randomly changed hash is rejected, or does not match the password") {
  const Seed seed(14);
  std::mt19937 random(seed.value());
  for (const HashVector& vector : HashVectors()) {
    for (int i = 0; i < 2000; ++i) {
      const std::string text = Mutated(vector.hash, 0, random);
      const absl::StatusOr<std::unique_ptr<StoredHash>> parsed = ParseStoredHash(text);
      if (!parsed.ok()) CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    }
    for (int i = 0; i < 10; ++i) {
      const std::string text = Mutated(vector.hash, SaltOf(vector.hash), random);
      const absl::StatusOr<std::unique_ptr<StoredHash>> parsed = ParseStoredHash(text);
      if (!parsed.ok() || text == vector.hash) continue;
      CAPTURE(vector.hash, text);
      CHECK_FALSE(Must((*parsed)->Matches(vector.password)));
    }
  }
}

TEST_CASE("bcrypt ignores the bytes of a password after the 72nd") {
  const std::string password =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
  const std::string hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
  CHECK(Matches(hash, password.substr(0, 72)));
  CHECK(Matches(hash, password + std::string(1000, 'x')));
  CHECK_FALSE(Matches(hash, password.substr(0, 71)));
}

TEST_CASE("a password with a NUL does not match the hash of the bytes before the NUL") {
  for (const HashVector& vector : HashVectors()) {
    CAPTURE(vector.hash);
    CHECK_FALSE(Matches(vector.hash, vector.password + std::string(1, '\0')));
    CHECK_FALSE(Matches(vector.hash, vector.password + std::string("\0x", 2)));
  }
}

TEST_CASE("the memory of a hash is that of its parameters") {
  CHECK(Must(ParseStoredHash(kArgon2))->memory_bytes() == 256 * 1024);
  CHECK(Must(ParseStoredHash(kScrypt))->memory_bytes() > 16 * 1024 * 1024);
  CHECK(Must(ParseStoredHash(kScrypt))->memory_bytes() < 17 * 1024 * 1024);
  CHECK(Must(ParseStoredHash(kFirebase))->memory_bytes() == Must(ParseStoredHash(kScrypt))->memory_bytes());
  CHECK(Must(ParseStoredHash(Replaced(kScrypt, "ln=14,r=8", "ln=17,r=16")))->memory_bytes() <=
        257 * 1024 * 1024);
  CHECK(Must(ParseStoredHash(kBcrypt))->memory_bytes() < 64 * 1024);
  CHECK(Must(ParseStoredHash(kPbkdf2))->memory_bytes() == 0);
}

}  // namespace keelson
