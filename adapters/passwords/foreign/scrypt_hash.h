#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/stored_hash.h"

namespace keelson {

// Parses "$scrypt$ln=15,r=8,p=1$salt$hash", where ln is the binary logarithm of N.
absl::StatusOr<std::unique_ptr<StoredHash>> ParseScryptHash(std::string_view text);

}  // namespace keelson
