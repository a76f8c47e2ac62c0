#include "adapters/system/system_entropy.h"

#include <sodium.h>

#include <cstdlib>

namespace keelson {

SystemEntropy::SystemEntropy() {
  if (sodium_init() < 0) std::abort();  // no source of randomness
}

void SystemEntropy::Fill(std::span<std::byte> bytes) {
  // An empty span may have no address, which libsodium declares that it must have.
  if (!bytes.empty()) randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace keelson
