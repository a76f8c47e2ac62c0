#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace keelson {

using Sha256Digest = std::array<std::uint8_t, 32>;

// SHA-256 (FIPS 180-4).
Sha256Digest Sha256(std::string_view bytes);

// Computes the SHA-256 of input that arrives in parts.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  void Update(std::string_view bytes);
  // Call once, after the last Update.
  Sha256Digest Finish();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// HMAC-SHA-256 (RFC 2104) with a 256-bit key.
Sha256Digest HmacSha256(const Sha256Digest& key, std::string_view bytes);
// HMAC-SHA-256 (RFC 2104) with a key of any length.
Sha256Digest HmacSha256(std::string_view key, std::string_view bytes);
// Takes the same time regardless of where the digests differ.
bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace keelson
