#include "app/hash_calibration.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/seed.h"

namespace keelson {
namespace {

// A machine on which a core processes `speed` MiB per second while every core hashes.
auto Machine(double speed) {
  return [speed](const PasswordsConfig& passwords) -> absl::StatusOr<HashSpeed> {
    const double mib = static_cast<double>(passwords.argon2_memory.bytes) / (1 << 20);
    return HashSpeed{.hash_time = absl::Seconds(mib * passwords.argon2_iterations / speed)};
  };
}

PasswordsConfig Calibrated(const CalibrationGoal& goal, double speed) {
  const absl::StatusOr<Calibration> calibration = CalibrateHashes(goal, Machine(speed));
  REQUIRE(calibration.ok());
  return calibration->passwords;
}

struct Proposal {
  double speed;
  absl::Duration target;
  ByteSize budget;
  int cores;
  ByteSize memory;
  int iterations;
};

bool MeetsOwaspMinima(const PasswordsConfig& passwords) {
  const std::int64_t mib = passwords.argon2_memory.bytes >> 20;
  const int iterations = passwords.argon2_iterations;
  return (mib >= 46 && iterations >= 1) || (mib >= 19 && iterations >= 2) || (mib >= 12 && iterations >= 3) ||
         (mib >= 9 && iterations >= 4) || (mib >= 7 && iterations >= 5);
}

}  // namespace

TEST_CASE("a calibration proposes the most memory, then the most iterations, within time and memory") {
  const Proposal p = GENERATE(
      // The time allows 375 MiB, and each of four cores has 64 MiB.
      Proposal{1500, absl::Milliseconds(250), MiB(256), 4, MiB(64), 5},
      // The time limits the memory of one pass.
      Proposal{1500, absl::Milliseconds(50.5), MiB(1024), 4, MiB(75), 1},
      // Less than 46 MiB needs two passes.
      Proposal{1500, absl::Milliseconds(30), MiB(1024), 4, MiB(22), 2},
      Proposal{1500, absl::Milliseconds(250), MiB(32), 4, MiB(8), 10},
      // Neither time nor memory is enough for OWASP's minima.
      Proposal{1500, absl::Milliseconds(1), MiB(256), 4, MiB(19), 2},
      Proposal{1500, absl::Milliseconds(1), MiB(40), 4, MiB(9), 4},
      Proposal{1500, absl::Milliseconds(1), MiB(7), 4, MiB(7), 5},
      Proposal{1500, absl::Hours(1), MiB(65536), 4, MiB(512), 10});
  CAPTURE(p.target, p.budget.bytes);
  const PasswordsConfig proposed = Calibrated({p.target, p.budget, p.cores}, p.speed);
  CHECK(proposed.argon2_memory == p.memory);
  CHECK(proposed.argon2_iterations == p.iterations);
  CHECK(proposed.argon2_parallelism == 1);
  CHECK(proposed.memory_budget == p.budget);
}

TEST_CASE("no calibration is below OWASP's minima, and slower than its target only at the minima") {
  const Seed seed(14);
  std::mt19937 random(seed.value());
  for (int i = 0; i < 5000; ++i) {
    const auto speed = static_cast<double>(50 + random() % 10000);
    const CalibrationGoal goal{.hash_time = absl::Milliseconds(1 + random() % 2000),
                               .memory_budget = MiB(7 + static_cast<std::int64_t>(random() % 2000)),
                               .cores = 1 + static_cast<int>(random() % 64)};
    const absl::StatusOr<Calibration> calibration = CalibrateHashes(goal, Machine(speed));
    REQUIRE(calibration.ok());
    const PasswordsConfig& passwords = calibration->passwords;
    CAPTURE(speed, goal.hash_time, goal.memory_budget.bytes, goal.cores, passwords.argon2_memory.bytes,
            passwords.argon2_iterations);
    CHECK(MeetsOwaspMinima(passwords));
    CHECK(passwords.argon2_iterations <= 10);
    CHECK(passwords.argon2_memory <= MiB(512));
    CHECK(ConcurrentHashes(passwords, goal.cores) >= 1);
    CHECK((calibration->speed.hash_time <= 1.001 * goal.hash_time || passwords.argon2_memory <= MiB(19)));
  }
}

TEST_CASE("a calibration returns the error of a measurement") {
  const absl::StatusOr<Calibration> calibration =
      CalibrateHashes({absl::Milliseconds(250), MiB(256), 4},
                      [](const PasswordsConfig&) { return absl::ResourceExhaustedError("no memory"); });
  CHECK(calibration.status().code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace keelson
