// Proposes Argon2id parameters for a machine, from measurements of the service's own hasher.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/config/config.h"

namespace keelson {

struct CalibrationGoal {
  // Upper bound on the time of one hash while every core hashes.
  absl::Duration hash_time;
  // Memory of all concurrent hashes; at least kMinHashMemory.
  ByteSize memory_budget;
  int cores = 1;
};

struct HashSpeed {
  // Mean time of one hash while every slot hashes.
  absl::Duration hash_time;
  double hashes_per_second = 0;
};

struct Calibration {
  PasswordsConfig passwords;
  HashSpeed speed;
};

using MeasureHashSpeed = absl::FunctionRef<absl::StatusOr<HashSpeed>(const PasswordsConfig&)>;

// The smallest memory of one hash in OWASP's table of minima.
inline constexpr ByteSize kMinHashMemory = MiB(7);

// Number of hashes that the service computes at a time.
int ConcurrentHashes(const PasswordsConfig& passwords, int cores);

// Proposes the parameters with the most memory, and then the most iterations, that meet the goal. The memory
// is limited so that every core can hash at a time. The parameters are never below OWASP's minima: if no
// parameters meet the goal, the hash time of the proposal exceeds the goal's. Calls `measure` a few times and
// returns its first error.
absl::StatusOr<Calibration> CalibrateHashes(const CalibrationGoal& goal, MeasureHashSpeed measure);

}  // namespace keelson
