#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/stored_hash.h"

namespace keelson {

// Parses "$argon2id$v=19$m=19456,t=2,p=1$salt$hash", or the same with "$argon2i$".
absl::StatusOr<std::unique_ptr<StoredHash>> ParseArgon2Hash(std::string_view text);

}  // namespace keelson
