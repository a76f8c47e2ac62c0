#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/secret.h"

namespace keelson {

// Port: computes slow password hashes. Thread-safe. Hash and Verify block for tens of milliseconds, after
// waiting for a slot: the number of concurrent hashes and the queue for slots are bounded. The password is
// hashed as given; callers normalize it (CheckPassword).
//
// Errors: RESOURCE_EXHAUSTED (OVERLOADED) if the queue is full; DEADLINE_EXCEEDED if no slot became free
// before the deadline, in which case no hash was computed.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  // Returns a PHC string with a new random salt: "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
  virtual absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) = 0;
  // Whether `password` matches the hash `phc`. INVALID_ARGUMENT if this hasher does not support `phc`.
  virtual absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline deadline) = 0;
  // Whether Hash computes stronger hashes than `phc`: of another algorithm, or of higher cost. Does not
  // block.
  virtual bool NeedsRehash(std::string_view phc) const = 0;
};

}  // namespace keelson
