#include "adapters/passwords/foreign/bcrypt_hash.h"

#include <crypt.h>
#include <sodium.h>

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "adapters/passwords/foreign/foreign_bounds.h"
#include "adapters/passwords/foreign/match_foreign.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kBcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kBcryptTextBytes = 60;
// Positions in the text: the cost, the salt, and the last characters of salt and hash.
constexpr std::size_t kCost = 4;
constexpr std::size_t kSalt = 7;
constexpr std::size_t kSaltEnd = 28;
constexpr std::size_t kHashEnd = 59;
constexpr std::size_t kBcryptPasswordBytes = 72;

class BcryptHash final : public StoredHash {
 public:
  explicit BcryptHash(std::string_view text) : text_(text) {}

  std::uint64_t memory_bytes() const override { return sizeof(crypt_data); }

  absl::StatusOr<bool> Matches(std::string_view password) const override {
    std::string hashed_part(password.substr(0, kBcryptPasswordBytes));
    const auto data = std::make_unique<crypt_data>();
    const char* result = crypt_r(hashed_part.c_str(), text_.c_str(), data.get());
    std::string computed(result == nullptr ? "" : result);
    sodium_memzero(hashed_part.data(), hashed_part.size());
    sodium_memzero(data.get(), sizeof(crypt_data));
    return MatchForeign(password, computed, text_);
  }

 private:
  const std::string text_;
};

bool HasBcryptForm(std::string_view text) {
  return text.size() == kBcryptTextBytes && absl::ascii_isdigit(static_cast<unsigned char>(text[kCost])) &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[kCost + 1])) && text[kCost + 2] == '$' &&
         text.find_first_not_of(kBcryptDigits, kSalt) == std::string_view::npos;
}

// A digit holds 6 bits: the last digit of the salt (128 bits) has 4 unused bits, and that of the hash (184
// bits) 2.
bool HasZeroPadding(std::string_view text) {
  return kBcryptDigits.find(text[kSaltEnd]) % 16 == 0 && kBcryptDigits.find(text[kHashEnd]) % 4 == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParseBcryptHash(std::string_view text) {
  using Bounds = ForeignBounds;
  if (!HasBcryptForm(text) || !HasZeroPadding(text)) {
    return absl::InvalidArgumentError(
        "must be a bcrypt hash of 60 characters: $2b$NN$ with the cost NN, 22 characters of salt and 31 of "
        "hash");
  }
  const auto cost = static_cast<std::uint32_t>((text[kCost] - '0') * 10 + (text[kCost + 1] - '0'));
  if (cost < Bounds::kMinBcryptCost || cost > Bounds::kMaxBcryptCost) {
    return absl::InvalidArgumentError(
        StrCat("must have a bcrypt cost from ", Bounds::kMinBcryptCost, " to ", Bounds::kMaxBcryptCost));
  }
  return std::make_unique<BcryptHash>(text);
}

}  // namespace keelson
