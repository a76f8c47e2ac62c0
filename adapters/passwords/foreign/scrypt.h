// scrypt (RFC 7914), the function behind two formats of stored hashes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

struct ScryptCost {
  std::uint32_t log_n = 0;
  std::uint32_t r = 0;
  std::uint32_t p = 0;

  std::uint64_t n() const { return std::uint64_t{1} << log_n; }
  // Memory that ComputeScrypt maps.
  std::uint64_t memory_bytes() const;
};

// INVALID_ARGUMENT with the first violated limit of ForeignBounds or of RFC 7914.
absl::Status CheckScryptCost(const ScryptCost& cost);

// Fills `key` with scrypt of `password`; the size of `key` is the length of the output. Requires a cost that
// CheckScryptCost accepts. RESOURCE_EXHAUSTED (OVERLOADED) if the system has not enough memory.
absl::Status ComputeScrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                           std::string& key);

}  // namespace keelson
