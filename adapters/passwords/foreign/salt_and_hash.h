#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/hash_fields.h"

namespace keelson {

struct SaltAndHash {
  std::string salt;
  std::string hash;
};

// Decodes the last two fields of a stored hash. INVALID_ARGUMENT unless both have the given form of base64,
// and lengths within ForeignBounds.
absl::StatusOr<SaltAndHash> DecodeSaltAndHash(std::string_view salt, std::string_view hash, Base64 form);

}  // namespace keelson
