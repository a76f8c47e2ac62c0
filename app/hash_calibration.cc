#include "app/hash_calibration.h"

#include <algorithm>
#include <cstdint>

#include "core/common/status_macros.h"

namespace keelson {
namespace {

struct HashCost {
  std::int64_t memory_mib = 0;
  int iterations = 0;

  std::int64_t work() const { return memory_mib * iterations; }
  bool operator==(const HashCost&) const = default;
};

// OWASP's Password Storage Cheat Sheet: minima of equal strength for Argon2id with a parallelism of 1.
constexpr HashCost kOwaspMinima[] = {{46, 1}, {19, 2}, {12, 3}, {9, 4}, {7, 5}};
// The preferred minimum, which is also the default of the configuration, and its successors need nearly equal
// work.
constexpr std::int64_t kPreferredMib = 19;
constexpr std::int64_t kMaxMib = 512;
constexpr int kMaxIterations = 10;
// The time of a hash is nearly proportional to its work, so that few measurements suffice.
constexpr int kMaxMeasurements = 5;

// Memory that each core may use for a hash. A budget too small for all cores limits the number of slots
// instead.
std::int64_t MaxMib(const CalibrationGoal& goal) {
  const std::int64_t share = goal.memory_budget.bytes / MiB(1).bytes / goal.cores;
  return std::clamp(share, kMinHashMemory.bytes / MiB(1).bytes, kMaxMib);
}

HashCost Minimum(std::int64_t max_mib) {
  const auto* minimum = std::ranges::find_if(kOwaspMinima, [&](const HashCost& cost) {
    return cost.memory_mib <= std::min(max_mib, kPreferredMib);
  });
  return *minimum;
}

// Returns the cost with the most memory, of at most `max_work` MiB times iterations.
HashCost Propose(double max_work, std::int64_t max_mib) {
  max_work = std::min<double>(max_work, kMaxMib * kMaxIterations);
  for (const HashCost& minimum : kOwaspMinima) {
    const std::int64_t memory = std::min(max_mib, static_cast<std::int64_t>(max_work / minimum.iterations));
    if (memory < minimum.memory_mib) continue;
    const double iterations = std::min<double>(kMaxIterations, max_work / static_cast<double>(memory));
    return {memory, static_cast<int>(iterations)};
  }
  return Minimum(max_mib);
}

PasswordsConfig WithCost(const HashCost& cost, ByteSize memory_budget) {
  PasswordsConfig passwords;
  passwords.argon2_memory = MiB(cost.memory_mib);
  passwords.argon2_iterations = cost.iterations;
  passwords.argon2_parallelism = 1;
  passwords.memory_budget = memory_budget;
  return passwords;
}

}  // namespace

int ConcurrentHashes(const PasswordsConfig& passwords, int cores) {
  return static_cast<int>(
      std::min<std::int64_t>(cores, passwords.memory_budget.bytes / passwords.argon2_memory.bytes));
}

absl::StatusOr<Calibration> CalibrateHashes(const CalibrationGoal& goal, MeasureHashSpeed measure) {
  const std::int64_t max_mib = MaxMib(goal);
  HashCost cost = Minimum(max_mib);
  Calibration calibration;
  for (int i = 0; i < kMaxMeasurements; ++i) {
    calibration.passwords = WithCost(cost, goal.memory_budget);
    ASSIGN_OR_RETURN(calibration.speed, measure(calibration.passwords));
    const double max_work =
        static_cast<double>(cost.work()) * absl::FDivDuration(goal.hash_time, calibration.speed.hash_time);
    const HashCost next = Propose(max_work, max_mib);
    if (next == cost) break;
    cost = next;
  }
  return calibration;
}

}  // namespace keelson
