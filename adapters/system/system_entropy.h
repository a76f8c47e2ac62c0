#pragma once

#include "core/common/entropy.h"

namespace keelson {

// The kernel's random bytes (getrandom), by libsodium, which ends the process where there are none.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void Fill(std::span<std::byte> bytes) override;
};

}  // namespace keelson
