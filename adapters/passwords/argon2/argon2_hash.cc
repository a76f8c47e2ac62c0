#include "adapters/passwords/argon2/argon2_hash.h"

#include <string>
#include <utility>

#include "adapters/passwords/argon2/argon2id.h"
#include "adapters/passwords/argon2/phc_string.h"
#include "adapters/passwords/hash_result.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

class Argon2Hash final : public StoredHash {
 public:
  explicit Argon2Hash(PhcString phc) : phc_(std::move(phc)) {}

  std::uint64_t memory_bytes() const override { return phc_.cost.memory_bytes(); }

  absl::StatusOr<bool> Matches(std::string_view password) const override {
    std::string computed(phc_.hash.size(), '\0');
    RETURN_IF_ERROR(Compute(password, computed));
    return MatchAndErase(computed, phc_.hash);
  }

 private:
  absl::Status Compute(std::string_view password, std::string& hash) const {
    return phc_.variant == Argon2Variant::kArgon2i ? ComputeArgon2i(password, phc_.salt, phc_.cost, hash)
                                                   : ComputeArgon2id(password, phc_.salt, phc_.cost, hash);
  }

  const PhcString phc_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StoredHash>> ParseArgon2Hash(std::string_view text) {
  ASSIGN_OR_RETURN(PhcString phc, ParsePhc(text));
  return std::make_unique<Argon2Hash>(std::move(phc));
}

}  // namespace keelson
