#include "adapters/system/system_entropy.h"

#include <sodium.h>

#include <cstdlib>

namespace keelson {

SystemEntropy::SystemEntropy() {
  if (sodium_init() < 0) std::abort();  // no source of randomness
}

void SystemEntropy::Fill(std::span<std::byte> bytes) {
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace keelson
