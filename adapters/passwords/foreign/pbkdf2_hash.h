#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/stored_hash.h"

namespace keelson {

// Parses "$pbkdf2-sha256$i=600000,l=32$salt$hash" (or sha512), with or without the length ",l=32" of the
// hash, and the form of Python's passlib: "$pbkdf2-sha256$600000$salt$hash", whose base64 has "." for "+".
absl::StatusOr<std::unique_ptr<StoredHash>> ParsePbkdf2Hash(std::string_view text);

}  // namespace keelson
