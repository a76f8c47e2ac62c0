#include "adapters/system/system_entropy.h"

#include <sodium.h>

#include <cstdlib>

namespace keelson {

SystemEntropy::SystemEntropy() {
  if (sodium_init() < 0) std::abort();  // no random bytes available
}

void SystemEntropy::Fill(std::span<std::byte> bytes) {
  // The data pointer of an empty span may be null, which libsodium does not allow.
  if (!bytes.empty()) randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace keelson
