#include "adapters/passwords/hash_result.h"

#include <sodium.h>

#include "core/common/error.h"

namespace keelson {

absl::Status OutOfHashMemory() {
  return MakeError(Reason::kOverloaded, "not enough memory to hash a password; try again later");
}

bool MatchAndErase(std::string& computed, std::string_view stored) {
  const bool match =
      computed.size() == stored.size() && sodium_memcmp(computed.data(), stored.data(), computed.size()) == 0;
  sodium_memzero(computed.data(), computed.size());
  return match;
}

}  // namespace keelson
