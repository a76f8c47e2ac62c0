#pragma once

#include <cstddef>
#include <span>

namespace keelson {

// Cryptographically secure random bytes, for keys and tokens. Thread-safe. Never fails: an adapter without a
// source of randomness must end the process.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(std::span<std::byte> bytes) = 0;
};

}  // namespace keelson
