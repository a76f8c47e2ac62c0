#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// What one hash costs to compute.
struct Argon2idCost {
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t parallelism = 0;

  std::uint64_t memory_bytes() const { return std::uint64_t{memory_kib} * 1024; }
  bool operator==(const Argon2idCost&) const = default;
};

// What is hashed and verified at all: more would let a stored hash exhaust the process, less is not worth
// the name.
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
// INVALID_ARGUMENT naming the first that is broken.
absl::Status CheckArgon2idCost(const Argon2idCost& cost);

// Fills `hash` (its size is the tag's length) with Argon2id version 1.3 of `password`. libsodium computes it
// wherever it is able to, for it is nearly twice as fast; libargon2 the rest. In the
// thread's HashMemory, which stays with it.
// RESOURCE_EXHAUSTED (OVERLOADED) where the system has no memory for it.
absl::Status ComputeArgon2id(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                             std::string& hash);

// The same by libargon2 alone.
absl::Status ComputeByLibargon2(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                                std::string& hash);

}  // namespace keelson
