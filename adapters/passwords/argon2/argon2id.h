#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

struct Argon2idCost {
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t parallelism = 0;

  std::uint64_t memory_bytes() const { return std::uint64_t{memory_kib} * 1024; }
  bool operator==(const Argon2idCost&) const = default;
};

// Limits for new and for stored hashes. The maxima protect the process from a stored hash with extreme costs;
// the minima keep hashes secure.
struct Argon2idBounds {
  static constexpr std::uint32_t kMaxMemoryKib = 512 * 1024;
  static constexpr std::uint32_t kMaxIterations = 10;
  static constexpr std::uint32_t kMaxParallelism = 16;
  static constexpr std::uint32_t kMinMemoryKibPerLane = 8;
  static constexpr std::size_t kMinSaltBytes = 8;
  static constexpr std::size_t kMaxSaltBytes = 64;
  static constexpr std::size_t kMinHashBytes = 16;
  static constexpr std::size_t kMaxHashBytes = 64;
};
// INVALID_ARGUMENT with the first violated limit of Argon2idBounds.
absl::Status CheckArgon2idCost(const Argon2idCost& cost);

// Fills `hash` with Argon2id version 1.3 of `password`; the size of `hash` is the tag length. Uses libsodium,
// which is nearly twice as fast as libargon2, if libsodium supports the parameters; otherwise libargon2.
// Allocates from the thread's HashMemory, which keeps the memory. RESOURCE_EXHAUSTED (OVERLOADED) if the
// system has not enough memory. Blocks for the duration of the hash.
absl::Status ComputeArgon2id(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                             std::string& hash);

// Like ComputeArgon2id, but always with libargon2.
absl::Status ComputeByLibargon2(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                                std::string& hash);

// Like ComputeByLibargon2, but with Argon2i version 1.3, which only imported hashes use.
absl::Status ComputeArgon2i(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                            std::string& hash);

}  // namespace keelson
