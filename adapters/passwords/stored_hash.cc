#include "adapters/passwords/stored_hash.h"

#include "adapters/passwords/argon2/argon2_hash.h"
#include "adapters/passwords/foreign/bcrypt_hash.h"
#include "adapters/passwords/foreign/firebase_hash.h"
#include "adapters/passwords/foreign/pbkdf2_hash.h"
#include "adapters/passwords/foreign/scrypt_hash.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct HashFormat {
  std::string_view prefix;
  absl::StatusOr<std::unique_ptr<StoredHash>> (*parse)(std::string_view text);
};
constexpr HashFormat kHashFormats[] = {
    {"$argon2id$", ParseArgon2Hash},
    {"$argon2i$", ParseArgon2Hash},
    {"$scrypt$", ParseScryptHash},
    {"$pbkdf2-sha256$", ParsePbkdf2Hash},
    {"$pbkdf2-sha512$", ParsePbkdf2Hash},
    {"$2a$", ParseBcryptHash},
    {"$2b$", ParseBcryptHash},
    {"$2y$", ParseBcryptHash},
    {"$fbscrypt$", ParseFirebaseHash},
};

// Upper bound on the length of a hash within the bounds of its format.
constexpr std::size_t kMaxTextBytes = 512;

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParseStoredHash(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(StrCat("must have at most ", kMaxTextBytes, " bytes"));
  }
  for (const HashFormat& format : kHashFormats) {
    if (text.starts_with(format.prefix)) return format.parse(text);
  }
  return absl::InvalidArgumentError(
      "must begin with $argon2id$, $argon2i$, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$, $fbscrypt$, $2a$, "
      "$2b$ or $2y$");
}

}  // namespace keelson
