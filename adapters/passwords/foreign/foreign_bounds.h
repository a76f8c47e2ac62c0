#pragma once

#include <cstddef>
#include <cstdint>

namespace keelson {

// Limits of imported hashes. They bound the memory and the time that one sign-in takes: at most 256 MiB
// (scrypt), and a few seconds on a current machine.
struct ForeignBounds {
  static constexpr std::uint32_t kMinBcryptCost = 4;
  static constexpr std::uint32_t kMaxBcryptCost = 15;
  static constexpr std::uint32_t kMaxPbkdf2Iterations = 10'000'000;
  static constexpr std::uint32_t kMaxScryptLogN = 17;
  static constexpr std::uint32_t kMaxScryptR = 16;
  static constexpr std::uint32_t kMaxScryptP = 16;
  // Limit of N * r * p, which determines the time of scrypt.
  static constexpr std::uint32_t kMaxScryptLogWork = 23;
  static constexpr std::size_t kMinSaltBytes = 1;
  static constexpr std::size_t kMaxSaltBytes = 64;
  static constexpr std::size_t kMinHashBytes = 16;
  static constexpr std::size_t kMaxHashBytes = 64;
};

}  // namespace keelson
