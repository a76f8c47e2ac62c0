#include "adapters/passwords/foreign/scrypt.h"

#include <sodium.h>

#include "adapters/passwords/argon2/hash_memory.h"
#include "adapters/passwords/foreign/foreign_bounds.h"
#include "adapters/passwords/hash_result.h"
#include "core/common/strings.h"

namespace keelson {

// The blocks B, V and XY of libsodium's implementation, in one mapping.
std::uint64_t ScryptCost::memory_bytes() const {
  return std::uint64_t{128} * r * p + std::uint64_t{128} * r * n() + std::uint64_t{256} * r + 64;
}

absl::Status CheckScryptCost(const ScryptCost& cost) {
  using Bounds = ForeignBounds;
  if (cost.log_n < 1 || cost.log_n > Bounds::kMaxScryptLogN) {
    return absl::InvalidArgumentError(StrCat("must have a scrypt N from 2^1 to 2^", Bounds::kMaxScryptLogN));
  }
  if (cost.r < 1 || cost.r > Bounds::kMaxScryptR || cost.p < 1 || cost.p > Bounds::kMaxScryptP) {
    return absl::InvalidArgumentError(StrCat("must have a scrypt r from 1 to ", Bounds::kMaxScryptR,
                                             " and a p from 1 to ", Bounds::kMaxScryptP));
  }
  if (cost.n() * cost.r * cost.p > std::uint64_t{1} << Bounds::kMaxScryptLogWork) {
    return absl::InvalidArgumentError(
        StrCat("must have a scrypt N * r * p of at most 2^", Bounds::kMaxScryptLogWork));
  }
  if (cost.log_n >= 16 * cost.r) {
    return absl::InvalidArgumentError("must have a scrypt N below 2^(16 * r), as RFC 7914 requires");
  }
  return absl::OkStatus();
}

absl::Status ComputeScrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                           std::string& key) {
  const HashMemory::Scope scope;
  const int result = crypto_pwhash_scryptsalsa208sha256_ll(
      reinterpret_cast<const std::uint8_t*>(password.data()), password.size(),
      reinterpret_cast<const std::uint8_t*>(salt.data()), salt.size(), cost.n(), cost.r, cost.p,
      reinterpret_cast<std::uint8_t*>(key.data()), key.size());
  return result == 0 ? absl::OkStatus() : OutOfHashMemory();
}

}  // namespace keelson
