#pragma once

#include <cstddef>
#include <span>

namespace keelson {

// Unpredictable bytes, fit for keys and tokens. Thread-safe; does not fail: a system without
// randomness can't serve, so an adapter ends the process rather than return weak bytes.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(std::span<std::byte> bytes) = 0;
};

}  // namespace keelson
