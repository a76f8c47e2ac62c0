#include <catch2/catch.hpp>

#include "absl/strings/escaping.h"
#include "core/common/page.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

const Sha256Digest kKey = Sha256("key");
const ListPosition kLast = {absl::FromUnixMicros(1'700'000'000'123'456),
                            {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

TEST_CASE("A page token decodes to the encoded position") {
  const PageTokens tokens(kKey);
  const std::string token = tokens.Encode("orders", kLast);
  CHECK(Must(tokens.Decode("orders", token)) == kLast);
  const ListPosition ancient = {absl::FromCivil(absl::CivilSecond(1), absl::UTCTimeZone()), kLast.id};
  CHECK(Must(tokens.Decode("orders", tokens.Encode("orders", ancient))) == ancient);
}

TEST_CASE("An empty page token means the first page") {
  CHECK_FALSE(Must(PageTokens(kKey).Decode("orders", "")).has_value());
}

TEST_CASE("A page token is rejected for another list and by a service with another key") {
  const PageTokens tokens(kKey);
  const std::string token = tokens.Encode("orders", kLast);
  CHECK(ReasonOf(tokens.Decode("refunds", token)) == "PAGE_TOKEN_INVALID");
  CHECK(ReasonOf(tokens.Decode("", token)) == "PAGE_TOKEN_INVALID");
  CHECK(ReasonOf(tokens.Decode("orders2", token)) == "PAGE_TOKEN_INVALID");
  CHECK(ReasonOf(PageTokens(Sha256("other")).Decode("orders", token)) == "PAGE_TOKEN_INVALID");
}

TEST_CASE("A page token is rejected if any one of its characters was changed") {
  const PageTokens tokens(kKey);
  const std::string token = tokens.Encode("orders", kLast);
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = token;
      changed[i] = static_cast<char>(byte);
      if (changed == token) continue;
      INFO(i << " becomes " << byte);
      REQUIRE(ReasonOf(tokens.Decode("orders", changed)) == "PAGE_TOKEN_INVALID");
    }
  }
}

TEST_CASE("A page token that is truncated, extended, padded, or has spaces is rejected") {
  const PageTokens tokens(kKey);
  const std::string token = tokens.Encode("orders", kLast);
  for (std::size_t size = 1; size < token.size(); ++size) {
    CHECK(ReasonOf(tokens.Decode("orders", token.substr(0, size))) == "PAGE_TOKEN_INVALID");
  }
  for (const std::string& changed : {token + "=", token + " ", " " + token, token + token, token + "\n"}) {
    CAPTURE(changed);
    CHECK(ReasonOf(tokens.Decode("orders", changed)) == "PAGE_TOKEN_INVALID");
  }
}

TEST_CASE("Random bytes are rejected as page tokens") {
  const PageTokens tokens(kKey);
  const Seed seed(5);
  FakeEntropy random(seed.value());
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(1 + random.Below(64), '\0');
    random.Fill(std::as_writable_bytes(std::span(bytes)));
    REQUIRE(ReasonOf(tokens.Decode("orders", bytes)) == "PAGE_TOKEN_INVALID");
    REQUIRE(ReasonOf(tokens.Decode("orders", absl::WebSafeBase64Escape(bytes))) == "PAGE_TOKEN_INVALID");
  }
}

TEST_CASE("The page size has a default and a maximum, and a negative size is rejected") {
  CHECK(EffectivePageSize(0) == 50);
  CHECK(EffectivePageSize(1) == 1);
  CHECK(EffectivePageSize(1000) == 1000);
  CHECK(EffectivePageSize(1001) == 1000);
  CHECK(EffectivePageSize(std::numeric_limits<std::int32_t>::max()) == 1000);
  CHECK_FALSE(EffectivePageSize(-1).has_value());
  CHECK_FALSE(EffectivePageSize(std::numeric_limits<std::int32_t>::min()).has_value());
}

}  // namespace
}  // namespace keelson
