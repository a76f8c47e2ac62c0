#include "adapters/passwords/foreign/pbkdf2_hash.h"

#include <openssl/evp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/passwords/foreign/foreign_bounds.h"
#include "adapters/passwords/foreign/match_foreign.h"
#include "adapters/passwords/foreign/salt_and_hash.h"
#include "adapters/passwords/hash_fields.h"
#include "adapters/passwords/hash_result.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct Pbkdf2Parameters {
  std::uint32_t iterations = 0;
  std::optional<std::uint32_t> hash_bytes = {};
  bool passlib = false;
};

class Pbkdf2Hash final : public StoredHash {
 public:
  Pbkdf2Hash(const EVP_MD* digest, std::uint32_t iterations, SaltAndHash stored)
      : digest_(digest), iterations_(iterations), stored_(std::move(stored)) {}

  std::uint64_t memory_bytes() const override { return 0; }

  absl::StatusOr<bool> Matches(std::string_view password) const override {
    std::string computed(stored_.hash.size(), '\0');
    const int result = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                         reinterpret_cast<const unsigned char*>(stored_.salt.data()),
                                         static_cast<int>(stored_.salt.size()), static_cast<int>(iterations_),
                                         digest_, static_cast<int>(computed.size()),
                                         reinterpret_cast<unsigned char*>(computed.data()));
    if (result != 1) return OutOfHashMemory();
    return MatchForeign(password, computed, stored_.hash);
  }

 private:
  const EVP_MD* const digest_;
  const std::uint32_t iterations_;
  const SaltAndHash stored_;
};

std::optional<Pbkdf2Parameters> ReadPbkdf2Parameters(std::string_view text) {
  Pbkdf2Parameters parameters;
  const std::vector<std::string_view> parts = SplitFields(text, ',');
  if (parts.size() == 1 && ReadParameter(parts[0], "", parameters.iterations)) {
    parameters.passlib = true;
    return parameters;
  }
  if (parts.size() > 2 || !ReadParameter(parts[0], "i=", parameters.iterations)) return std::nullopt;
  if (parts.size() == 2 && !ReadParameter(parts[1], "l=", parameters.hash_bytes.emplace()))
    return std::nullopt;
  return parameters;
}

// Swaps "." and "+": converts passlib's base64 to the standard one, and makes "+" invalid.
std::string FromPasslib(std::string_view base64) {
  std::string text(base64);
  for (char& c : text) c = c == '.' ? '+' : c == '+' ? '.' : c;
  return text;
}

absl::StatusOr<SaltAndHash> DecodePbkdf2(const Pbkdf2Parameters& parameters, std::string_view salt,
                                         std::string_view hash) {
  if (!parameters.passlib) return DecodeSaltAndHash(salt, hash, Base64::kUnpadded);
  return DecodeSaltAndHash(FromPasslib(salt), FromPasslib(hash), Base64::kUnpadded);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParsePbkdf2Hash(std::string_view text) {
  using Bounds = ForeignBounds;
  const std::vector<std::string_view> parts = SplitFields(text, '$');
  const std::optional<Pbkdf2Parameters> parameters =
      parts.size() == 5 ? ReadPbkdf2Parameters(parts[2]) : std::nullopt;
  if (!parameters) {
    return absl::InvalidArgumentError("must have the form $pbkdf2-sha256$i=ITERATIONS,l=LENGTH$SALT$HASH");
  }
  if (parameters->iterations < 1 || parameters->iterations > Bounds::kMaxPbkdf2Iterations) {
    return absl::InvalidArgumentError(
        StrCat("must have a number of PBKDF2 iterations from 1 to ", Bounds::kMaxPbkdf2Iterations));
  }
  ASSIGN_OR_RETURN(SaltAndHash stored, DecodePbkdf2(*parameters, parts[3], parts[4]));
  if (parameters->hash_bytes.value_or(stored.hash.size()) != stored.hash.size()) {
    return absl::InvalidArgumentError("must have a PBKDF2 hash of the length that the parameter l names");
  }
  const EVP_MD* digest = parts[1] == "pbkdf2-sha512" ? EVP_sha512() : EVP_sha256();
  return std::make_unique<Pbkdf2Hash>(digest, parameters->iterations, std::move(stored));
}

}  // namespace keelson
