#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/stored_hash.h"

namespace keelson {

// Parses "$2b$12$" (or 2a, 2y) and 53 characters of salt and hash. Like bcrypt itself, Matches ignores the
// bytes of a password after the 72nd.
absl::StatusOr<std::unique_ptr<StoredHash>> ParseBcryptHash(std::string_view text);

}  // namespace keelson
