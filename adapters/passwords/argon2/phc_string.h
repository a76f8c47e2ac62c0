#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/argon2/argon2id.h"

namespace keelson {

// Argon2i occurs in imported hashes only.
enum class Argon2Variant { kArgon2id, kArgon2i };

// A stored hash in PHC format: "$argon2id$v=19$m=19456,t=2,p=1$salt$hash", with salt and hash in unpadded
// base64.
struct PhcString {
  Argon2Variant variant = Argon2Variant::kArgon2id;
  Argon2idCost cost;
  std::string salt;
  std::string hash;

  bool operator==(const PhcString&) const = default;
};

std::string FormatPhc(const PhcString& phc);

// INVALID_ARGUMENT with the violated rule unless `text` has exactly the format that FormatPhc writes, with
// values within Argon2idBounds. The error message contains no part of `text`.
absl::StatusOr<PhcString> ParsePhc(std::string_view text);

}  // namespace keelson
