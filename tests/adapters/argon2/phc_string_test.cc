#include "adapters/passwords/argon2/phc_string.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/seed.h"

namespace keelson {
namespace {

constexpr std::string_view kGood =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

std::string With(std::string_view part, std::string_view other) {
  std::string text(kGood);
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

}  // namespace

TEST_CASE("parsing and formatting a PHC string returns the same string") {
  const absl::StatusOr<PhcString> phc = ParsePhc(kGood);
  REQUIRE(phc.ok());
  CHECK(phc->cost == Argon2idCost{256, 2, 1});
  CHECK(phc->salt == "somesalt");
  CHECK(phc->hash.size() == 32);
  CHECK(FormatPhc(*phc) == kGood);
}

TEST_CASE("ParsePhc accepts Argon2i as another variant") {
  const absl::StatusOr<PhcString> phc = ParsePhc(With("argon2id", "argon2i"));
  REQUIRE(phc.ok());
  CHECK(phc->variant == Argon2Variant::kArgon2i);
  CHECK(FormatPhc(*phc) == With("argon2id", "argon2i"));
}

TEST_CASE("ParsePhc rejects every deviation from the PHC format") {
  const std::string text = GENERATE(
      std::string(), std::string("$"), std::string("password"), std::string(5000, '$'),
      std::string("$2b$12$abcdefghijklmnopqrstuv"), With("argon2id", "argon2"), With("argon2id", "argon2d"),
      With("argon2id", "Argon2id"), With("v=19", "v=16"), With("v=19$", ""), With("$argon2id", "argon2id"),
      With("$argon2id", "$$argon2id"), With("m=256", "m=0256"), With("m=256", "m=+256"),
      With("m=256", "m= 256"), With("m=256", "m=-1"), With("m=256", "m="), With("m=256", "m=256x"),
      With("m=256", "m=99999999999"), With("m=256,t=2", "t=2,m=256"), With("p=1", "p=1,keyid=AAAA"),
      With(",p=1", ""), With("p=1", "p=0"), With("p=1", "p=17"), With("t=2", "t=0"), With("t=2", "t=11"),
      With("m=256", "m=7"), With("m=256", "m=524289"), With("m=256,t=2,p=1", "m=31,t=2,p=4"),
      With("c29tZXNhbHQ", ""), With("c29tZXNhbHQ", "c2FsdA"), With("c29tZXNhbHQ", "c29tZXNhbHQ="),
      With("c29tZXNhbHQ", "c29tZXNhbHR"), With("c29tZXNhbHQ", "c29t*XNhbHQ"), With("Gi/4", "Gi/4 "),
      With("Gi/4", "Gi_4"), With("Gi/4", "Gi/4$"),
      With("nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "nf65EOgLrQMR"),
      std::string(kGood) + std::string(200, 'A'), With("Gi/4", std::string("Gi/4\0", 5)));
  CAPTURE(text);
  const absl::Status status = ParsePhc(text).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("FormatPhc returns the same text for each randomly changed PHC string that ParsePhc accepts") {
  const Seed seed(7);
  std::mt19937 random(seed.value());
  for (int i = 0; i < 20000; ++i) {
    std::string text(kGood);
    text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.erase(random() % text.size(), 1 + random() % 3);
    const absl::StatusOr<PhcString> phc = ParsePhc(text);
    if (phc.ok()) CHECK(FormatPhc(*phc) == text);
  }
}

}  // namespace keelson
