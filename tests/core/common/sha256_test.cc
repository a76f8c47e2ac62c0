#include "core/common/sha256.h"

#include <catch2/catch.hpp>

#include "absl/strings/escaping.h"

namespace keelson {
namespace {

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

Sha256Digest Key(std::string_view bytes) {
  Sha256Digest key{};  // HMAC pads a short key with zeros
  bytes.copy(reinterpret_cast<char*>(key.data()), key.size());
  return key;
}

TEST_CASE("SHA-256 matches the test vectors of FIPS 180-4") {
  CHECK(Hex(Sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Hex(Sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(Hex(Sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 over parts equals SHA-256 over the whole input") {
  const std::string text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256Stream stream;
    stream.Update(text.substr(0, cut));
    stream.Update(text.substr(cut));
    CHECK(stream.Finish() == Sha256(text));
  }
  CHECK(Sha256Stream().Finish() == Sha256(""));
}

TEST_CASE("HMAC-SHA-256 matches the test vectors of RFC 4231") {
  CHECK(Hex(HmacSha256(Key(std::string(20, '\x0b')), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(Hex(HmacSha256(Key("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(Hex(HmacSha256(Key(std::string(20, '\xaa')), std::string(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

TEST_CASE("Digests are equal only if all bits are equal") {
  const Sha256Digest digest = Sha256("abc");
  CHECK(EqualInConstantTime(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256Digest other = digest;
    other[i] ^= 1;
    CHECK_FALSE(EqualInConstantTime(digest, other));
  }
}

}  // namespace
}  // namespace keelson
