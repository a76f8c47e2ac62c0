#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/secret.h"

namespace keelson {

// Hashes passwords slowly, on purpose. Thread-safe. Both calls block for tens of milliseconds, and wait
// for a slot before that: memory and cores are bounded, so a storm queues up to a limit and is turned
// away beyond it. The password is taken as it is; callers normalise it (Nfkc).
//
// Errors: RESOURCE_EXHAUSTED (OVERLOADED) where the queue is full; DEADLINE_EXCEEDED where no slot came
// free in time, and then nothing was computed.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  // A PHC string with a fresh salt: "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
  virtual absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) = 0;
  // Whether `password` is the one that `phc` was made of; INVALID_ARGUMENT where `phc` is no hash that this
  // hasher knows.
  virtual absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline deadline) = 0;
};

}  // namespace keelson
