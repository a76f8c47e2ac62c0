#include "core/common/sha256.h"

#include <sodium.h>

namespace keelson {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Sha256Digest Sha256(std::string_view bytes) {
  Sha256Digest digest;
  crypto_hash_sha256(digest.data(), Bytes(bytes), bytes.size());
  return digest;
}

struct Sha256Stream::State {
  crypto_hash_sha256_state sodium;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  crypto_hash_sha256_init(&state_->sodium);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(std::string_view bytes) {
  crypto_hash_sha256_update(&state_->sodium, Bytes(bytes), bytes.size());
}

Sha256Digest Sha256Stream::Finish() {
  Sha256Digest digest;
  crypto_hash_sha256_final(&state_->sodium, digest.data());
  return digest;
}

Sha256Digest HmacSha256(const Sha256Digest& key, std::string_view bytes) {
  static_assert(crypto_auth_hmacsha256_KEYBYTES == sizeof(Sha256Digest));
  Sha256Digest mac;
  crypto_auth_hmacsha256(mac.data(), Bytes(bytes), bytes.size(), key.data());
  return mac;
}

Sha256Digest HmacSha256(std::string_view key, std::string_view bytes) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(bytes), bytes.size());
  Sha256Digest mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  return mac;
}

bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b) {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace keelson
