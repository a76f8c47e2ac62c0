#include "adapters/passwords/foreign/firebase_hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/passwords/foreign/foreign_bounds.h"
#include "adapters/passwords/foreign/match_foreign.h"
#include "adapters/passwords/foreign/salt_and_hash.h"
#include "adapters/passwords/foreign/scrypt.h"
#include "adapters/passwords/hash_fields.h"
#include "adapters/passwords/hash_result.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kAesKeyBytes = 32;

// Encrypts `text` with AES-256-CTR, starting at the counter 0. Returns an empty string if OpenSSL fails.
std::string EncryptAes256Ctr(const std::string& key, std::string_view text) {
  static constexpr unsigned char kZeros[16] = {};
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  std::string encrypted(text.size(), '\0');
  int size = 0;
  const bool done = context != nullptr &&
                    EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr,
                                       reinterpret_cast<const unsigned char*>(key.data()), kZeros) == 1 &&
                    EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(encrypted.data()),
                                      &size, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size())) == 1;
  return done ? encrypted : "";
}

struct FirebaseParameters {
  ScryptCost cost;
  std::string salt_separator;
  std::string signer_key;
};

class FirebaseHash final : public StoredHash {
 public:
  FirebaseHash(FirebaseParameters parameters, const SaltAndHash& stored)
      : parameters_(std::move(parameters)),
        salt_(stored.salt + parameters_.salt_separator),
        hash_(stored.hash) {}

  std::uint64_t memory_bytes() const override { return parameters_.cost.memory_bytes(); }

  absl::StatusOr<bool> Matches(std::string_view password) const override {
    std::string key(kAesKeyBytes, '\0');
    RETURN_IF_ERROR(ComputeScrypt(password, salt_, parameters_.cost, key));
    std::string computed = EncryptAes256Ctr(key, parameters_.signer_key);
    sodium_memzero(key.data(), key.size());
    if (computed.empty()) return OutOfHashMemory();
    return MatchForeign(password, computed, hash_);
  }

 private:
  const FirebaseParameters parameters_;
  const std::string salt_;
  const std::string hash_;
};

bool ReadBytes(std::string_view text, std::string_view prefix, std::string& bytes) {
  if (!text.starts_with(prefix)) return false;
  std::optional<std::string> decoded =
      FromBase64(text.substr(prefix.size()), {1, ForeignBounds::kMaxHashBytes}, Base64::kPadded);
  if (!decoded) return false;
  bytes = *std::move(decoded);
  return true;
}

bool ReadFirebaseParameters(std::string_view text, FirebaseParameters& parameters) {
  const std::vector<std::string_view> parts = SplitFields(text, ',');
  return parts.size() == 6 && parts[0] == "v=1" && ReadParameter(parts[1], "n=", parameters.cost.log_n) &&
         ReadParameter(parts[2], "r=", parameters.cost.r) &&
         ReadParameter(parts[3], "p=", parameters.cost.p) &&
         ReadBytes(parts[4], "ss=", parameters.salt_separator) &&
         ReadBytes(parts[5], "sk=", parameters.signer_key);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParseFirebaseHash(std::string_view text) {
  const std::vector<std::string_view> parts = SplitFields(text, '$');
  FirebaseParameters parameters;
  if (parts.size() != 5 || !ReadFirebaseParameters(parts[2], parameters)) {
    return absl::InvalidArgumentError(
        "must have the form $fbscrypt$v=1,n=LOG2_OF_N,r=R,p=P,ss=SALT_SEPARATOR,sk=SIGNER_KEY$SALT$HASH, "
        "with "
        "base64 with padding");
  }
  RETURN_IF_ERROR(CheckScryptCost(parameters.cost));
  ASSIGN_OR_RETURN(const SaltAndHash stored, DecodeSaltAndHash(parts[3], parts[4], Base64::kPadded));
  if (stored.hash.size() != parameters.signer_key.size()) {
    return absl::InvalidArgumentError("must have a Firebase hash as long as the signer key");
  }
  return std::make_unique<FirebaseHash>(std::move(parameters), stored);
}

}  // namespace keelson
