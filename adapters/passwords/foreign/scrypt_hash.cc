#include "adapters/passwords/foreign/scrypt_hash.h"

#include <string>
#include <utility>
#include <vector>

#include "adapters/passwords/foreign/match_foreign.h"
#include "adapters/passwords/foreign/salt_and_hash.h"
#include "adapters/passwords/foreign/scrypt.h"
#include "adapters/passwords/hash_fields.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

class ScryptHash final : public StoredHash {
 public:
  ScryptHash(const ScryptCost& cost, SaltAndHash stored) : cost_(cost), stored_(std::move(stored)) {}

  std::uint64_t memory_bytes() const override { return cost_.memory_bytes(); }

  absl::StatusOr<bool> Matches(std::string_view password) const override {
    std::string computed(stored_.hash.size(), '\0');
    RETURN_IF_ERROR(ComputeScrypt(password, stored_.salt, cost_, computed));
    return MatchForeign(password, computed, stored_.hash);
  }

 private:
  const ScryptCost cost_;
  const SaltAndHash stored_;
};

bool ReadScryptCost(std::string_view text, ScryptCost& cost) {
  const std::vector<std::string_view> parts = SplitFields(text, ',');
  return parts.size() == 3 && ReadParameter(parts[0], "ln=", cost.log_n) &&
         ReadParameter(parts[1], "r=", cost.r) && ReadParameter(parts[2], "p=", cost.p);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParseScryptHash(std::string_view text) {
  const std::vector<std::string_view> parts = SplitFields(text, '$');
  ScryptCost cost;
  if (parts.size() != 5 || !ReadScryptCost(parts[2], cost)) {
    return absl::InvalidArgumentError("must have the form $scrypt$ln=LOG2_OF_N,r=R,p=P$SALT$HASH");
  }
  RETURN_IF_ERROR(CheckScryptCost(cost));
  ASSIGN_OR_RETURN(SaltAndHash stored, DecodeSaltAndHash(parts[3], parts[4], Base64::kUnpadded));
  return std::make_unique<ScryptHash>(cost, std::move(stored));
}

}  // namespace keelson
