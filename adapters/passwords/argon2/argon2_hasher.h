#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/passwords/argon2/argon2id.h"
#include "adapters/passwords/argon2/hash_slots.h"
#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"

namespace keelson {

struct Argon2Options {
  // Of one hash; rounded down to whole KiB.
  std::uint64_t memory_bytes = 19456 * 1024;
  std::uint32_t iterations = 2;
  std::uint32_t parallelism = 1;
  // Of all hashes under way at once.
  std::uint64_t memory_budget_bytes = 256 * 1024 * 1024;
  // Calls that may wait for a slot.
  std::size_t queue = 64;
  // Of the machine; 0 asks it.
  std::size_t cores = 0;
};

// Argon2id (RFC 9106). Hashes run on max(1, min(cores, memory budget / memory)) threads of their own, at a
// lower priority than whatever else the process does. A stored hash that needs more memory than is left of
// the budget waits for it; one that needs more than the whole budget runs alone. A thread
// keeps its hash's memory for the next one and gives it back to the system when none waits. Destroy it only
// when no call is under way.
class Argon2Hasher final : public PasswordHasher {
 public:
  // INVALID_ARGUMENT where an option is out of Argon2idBounds, or the budget too small for one hash.
  // `entropy` outlives the hasher.
  static absl::StatusOr<std::unique_ptr<Argon2Hasher>> Create(const Argon2Options& options, Entropy& entropy);

  absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) override;
  absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline deadline) override;

  // How many hashes may be under way at once.
  std::size_t slots() const { return slots_.slots(); }
  // How many are, and how many wait: for metrics.
  HashSlots::Load load() const { return slots_.load(); }

 private:
  Argon2Hasher(const Argon2idCost& cost, const HashSlots::Options& slots, Entropy& entropy);
  absl::Status Compute(const Secret& password, const Argon2idCost& cost, std::string_view salt,
                       std::string& hash, Deadline deadline);

  const Argon2idCost cost_;
  Entropy& entropy_;
  HashSlots slots_;
};

}  // namespace keelson
