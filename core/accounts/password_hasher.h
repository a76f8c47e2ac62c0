#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/secret.h"

namespace keelson {

// Number of calls whose password is being hashed, and number of calls that wait for a slot.
struct HashLoad {
  std::size_t running = 0;
  std::size_t waiting = 0;
};

// Port: computes slow password hashes. Thread-safe. Hash and Verify block for tens of milliseconds, and
// Verify of an imported hash for up to several seconds, after waiting for a slot: the number of concurrent
// hashes, their memory and the queue for slots are bounded. The password is hashed as given; callers
// normalize it (CheckPassword).
//
// Errors: RESOURCE_EXHAUSTED (OVERLOADED) if the queue is full; DEADLINE_EXCEEDED if no slot became free
// before the deadline, in which case no hash was computed.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  // Returns a PHC string with a new random salt: "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
  virtual absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) = 0;
  // Whether `password` matches the hash `phc`. INVALID_ARGUMENT if CheckHash rejects `phc`.
  virtual absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline deadline) = 0;
  // Whether the hash `phc` must be replaced by one of Hash at the next successful sign-in: `phc` is not
  // Argon2id, one of its parameters is weaker than those of Hash, or its parallelism differs. Does not block.
  virtual bool NeedsRehash(std::string_view phc) const = 0;
  // Whether Verify of the hash `phc` does the same work as of a hash that Hash returns: the same algorithm
  // with the same parameters. Does not block.
  virtual bool CostsLikeNewHash(std::string_view phc) const = 0;
  // OK if Verify supports the hash `phc`. Otherwise INVALID_ARGUMENT, whose message is the violated rule
  // without any part of `phc`, such as "must have a bcrypt cost from 4 to 15". Neither blocks nor allocates
  // what the parameters of `phc` demand.
  virtual absl::Status CheckHash(std::string_view phc) const = 0;
  // Returns a PHC string with the parameters of Hash, which no known password matches. Verify takes as much
  // work for this string as for a hash of Hash. Does not block.
  virtual std::string DummyHash() const = 0;
  // OVERLOADED while the queue is full, so that a caller can skip its work before Hash or Verify. Does not
  // block.
  virtual absl::Status CheckQueue() const = 0;
  // The current load, for metrics. Does not block.
  virtual HashLoad load() const = 0;
};

}  // namespace keelson
