#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/stored_hash.h"

namespace keelson {

// Parses a hash of Firebase Auth: "$fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=SIGNER_KEY$salt$hash", the form
// that Supabase Auth defined. n is the binary logarithm of N; base64 is padded. Firebase's hash is the
// project's signer key, encrypted with a key that scrypt derives from the password, so no $scrypt$ string can
// express it.
absl::StatusOr<std::unique_ptr<StoredHash>> ParseFirebaseHash(std::string_view text);

}  // namespace keelson
