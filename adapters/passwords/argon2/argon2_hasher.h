#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "adapters/passwords/argon2/argon2id.h"
#include "adapters/passwords/argon2/hash_slots.h"
#include "adapters/passwords/argon2/phc_string.h"
#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"

namespace keelson {

struct Argon2Options {
  // Memory of one hash in bytes; rounded down to whole KiB.
  std::uint64_t memory_bytes = 19456 * 1024;
  std::uint32_t iterations = 2;
  std::uint32_t parallelism = 1;
  // Total memory of concurrent hashes in bytes.
  std::uint64_t memory_budget_bytes = 256 * 1024 * 1024;
  // Maximum number of calls that wait for a slot.
  std::size_t queue = 64;
  // Number of CPU cores; 0: the machine's.
  std::size_t cores = 0;
};

// Hashes new passwords with Argon2id (RFC 9106), and verifies every format of ParseStoredHash. Hashes run on
// max(1, min(cores, memory_budget_bytes / memory_bytes)) threads of the hasher, with a lower priority than
// the rest of the process. The verification of a stored hash with a higher memory cost, of any format, waits
// until enough of the budget is free; a hash that needs more than the whole budget runs alone. A thread
// reuses its memory for the next hash, and returns the memory to the system when no queued hash can start.
// Thread-safe. Must not be destroyed during a call.
class Argon2Hasher final : public PasswordHasher {
 public:
  // INVALID_ARGUMENT if an option is outside of Argon2idBounds, or the budget is too small for one hash.
  // `entropy` must outlive the hasher.
  static absl::StatusOr<std::unique_ptr<Argon2Hasher>> Create(const Argon2Options& options, Entropy& entropy);

  absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) override;
  absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline deadline) override;
  bool NeedsRehash(std::string_view phc) const override;
  bool CostsLikeNewHash(std::string_view phc) const override;
  absl::Status CheckHash(std::string_view phc) const override;
  std::string DummyHash() const override { return dummy_hash_; }
  absl::Status CheckQueue() const override { return slots_.CheckQueue(); }
  HashLoad load() const override { return slots_.load(); }

  // Maximum number of concurrent hashes.
  std::size_t slots() const { return slots_.slots(); }

 private:
  Argon2Hasher(const Argon2idCost& cost, const HashSlots::Options& slots, Entropy& entropy);
  // Returns the configured parameters with a new random salt and without a hash.
  PhcString NewSalt() const;
  std::string NewDummyHash() const;
  absl::Status RunInSlot(std::uint64_t memory_bytes, Deadline deadline,
                         absl::FunctionRef<absl::Status()> compute);

  const Argon2idCost cost_;
  Entropy& entropy_;
  const std::string dummy_hash_;
  HashSlots slots_;
};

}  // namespace keelson
