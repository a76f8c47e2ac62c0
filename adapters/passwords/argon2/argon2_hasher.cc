#include "adapters/passwords/argon2/argon2_hasher.h"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <thread>

#include "absl/memory/memory.h"
#include "adapters/passwords/argon2/hash_memory.h"
#include "adapters/passwords/argon2/phc_string.h"
#include "adapters/passwords/stored_hash.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// The sizes that RFC 9106 recommends.
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

std::size_t Cores(const Argon2Options& options) {
  if (options.cores > 0) return options.cores;
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Argon2Hasher>> Argon2Hasher::Create(const Argon2Options& options,
                                                                   Entropy& entropy) {
  if (sodium_init() < 0) return absl::InternalError("libsodium can't be initialized");
  if (options.memory_bytes / 1024 > Argon2idBounds::kMaxMemoryKib) {
    return absl::InvalidArgumentError("Argon2's memory must be at most 512 MiB");
  }
  const Argon2idCost cost{.memory_kib = static_cast<std::uint32_t>(options.memory_bytes / 1024),
                          .iterations = options.iterations,
                          .parallelism = options.parallelism};
  RETURN_IF_ERROR(CheckArgon2idCost(cost));
  if (options.memory_budget_bytes < cost.memory_bytes()) {
    return absl::InvalidArgumentError("passwords.memory_budget must be at least passwords.argon2_memory");
  }
  HashSlots::Options slots;
  slots.slots = std::min<std::size_t>(Cores(options), options.memory_budget_bytes / cost.memory_bytes());
  slots.queue = options.queue;
  slots.memory_budget_bytes = options.memory_budget_bytes;
  slots.when_idle = HashMemory::Free;
  return absl::WrapUnique(new Argon2Hasher(cost, slots, entropy));
}

Argon2Hasher::Argon2Hasher(const Argon2idCost& cost, const HashSlots::Options& slots, Entropy& entropy)
    : cost_(cost), entropy_(entropy), dummy_hash_(NewDummyHash()), slots_(slots) {}

PhcString Argon2Hasher::NewSalt() const {
  PhcString phc{.cost = cost_, .salt = std::string(kSaltBytes, '\0'), .hash = std::string(kHashBytes, '\0')};
  entropy_.Fill(std::as_writable_bytes(std::span(phc.salt)));
  return phc;
}

// Random bytes in place of the hash: nobody knows a password that has this hash.
std::string Argon2Hasher::NewDummyHash() const {
  PhcString phc = NewSalt();
  entropy_.Fill(std::as_writable_bytes(std::span(phc.hash)));
  return FormatPhc(phc);
}

absl::StatusOr<std::string> Argon2Hasher::Hash(const Secret& password, Deadline deadline) {
  PhcString phc = NewSalt();
  RETURN_IF_ERROR(RunInSlot(cost_.memory_bytes(), deadline, [&] {
    return ComputeArgon2id(password.Reveal(), phc.salt, phc.cost, phc.hash);
  }));
  return FormatPhc(phc);
}

absl::StatusOr<bool> Argon2Hasher::Verify(const Secret& password, std::string_view phc, Deadline deadline) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StoredHash> stored, ParseStoredHash(phc));
  absl::StatusOr<bool> matches = false;
  RETURN_IF_ERROR(RunInSlot(stored->memory_bytes(), deadline, [&] {
    matches = stored->Matches(password.Reveal());
    return matches.status();
  }));
  return matches;
}

// Another number of lanes makes a hash neither stronger nor weaker. Such a hash is replaced, so that each
// sign-in uses the configured number of threads.
bool Argon2Hasher::NeedsRehash(std::string_view phc) const {
  const absl::StatusOr<PhcString> stored = ParsePhc(phc);
  return !stored.ok() || stored->variant != Argon2Variant::kArgon2id ||
         stored->cost.memory_kib < cost_.memory_kib || stored->cost.iterations < cost_.iterations ||
         stored->cost.parallelism != cost_.parallelism || stored->salt.size() < kSaltBytes ||
         stored->hash.size() < kHashBytes;
}

bool Argon2Hasher::CostsLikeNewHash(std::string_view phc) const {
  const absl::StatusOr<PhcString> stored = ParsePhc(phc);
  return stored.ok() && stored->variant == Argon2Variant::kArgon2id && stored->cost == cost_;
}

absl::Status Argon2Hasher::CheckHash(std::string_view phc) const {
  return ParseStoredHash(phc).status();
}

absl::Status Argon2Hasher::RunInSlot(std::uint64_t memory_bytes, Deadline deadline,
                                     absl::FunctionRef<absl::Status()> compute) {
  absl::Status computed;
  const absl::Status ran = slots_.Run(memory_bytes, deadline, [&] {
    // The slots count the memory of this hash only, not the block of the thread's last hash.
    HashMemory::FreeUnless(memory_bytes);
    computed = compute();
  });
  return ran.ok() ? computed : ran;
}

}  // namespace keelson
