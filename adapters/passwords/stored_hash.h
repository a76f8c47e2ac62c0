#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// A stored password hash: parsed, and within the bounds of its format. Immutable.
class StoredHash {
 public:
  virtual ~StoredHash() = default;
  // Memory that Matches needs, in bytes; 0 if it needs a few KiB only.
  virtual std::uint64_t memory_bytes() const = 0;
  // Whether this is a hash of `password`; the comparison takes constant time. Blocks for the duration of the
  // hash. RESOURCE_EXHAUSTED (OVERLOADED) if the system has not enough memory.
  virtual absl::StatusOr<bool> Matches(std::string_view password) const = 0;
};

// Parses a hash of any supported format. Allocates a few KiB at most, whatever parameters `text` has.
// INVALID_ARGUMENT with the violated rule if the format is unknown, the text is malformed or a parameter is
// out of bounds. The error message contains no part of `text`.
absl::StatusOr<std::unique_ptr<StoredHash>> ParseStoredHash(std::string_view text);

}  // namespace keelson
