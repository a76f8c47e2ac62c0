#pragma once

#include "core/common/entropy.h"

namespace keelson {

// Random bytes of the kernel (getrandom) through libsodium, which aborts the process if none are available.
// Thread-safe.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void Fill(std::span<std::byte> bytes) override;
};

}  // namespace keelson
