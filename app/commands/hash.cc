#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "adapters/system/system_entropy.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/config/notation.h"
#include "app/hash_calibration.h"
#include "core/common/status_macros.h"
#include "core/common/steady_time.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kMeasuredTime = absl::Seconds(1);
constexpr ByteSize kMaxMemoryBudget = MiB(64 * 1024);

struct CalibrateOptions {
  std::string target = "250ms";
  std::string memory_budget = "256MiB";
};

int Cores() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// Keeps every slot of the service's hasher busy until kMeasuredTime has passed, at least one hash in each
// slot.
absl::StatusOr<HashSpeed> MeasureHasher(const PasswordsConfig& passwords) {
  Config config;
  config.passwords = passwords;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<PasswordHasher> hasher, MakeHasher(config, entropy));
  const Secret password("correct horse battery staple");
  RETURN_IF_ERROR(hasher->Hash(password, Deadline::Never()).status());
  const int slots = ConcurrentHashes(passwords, Cores());
  std::atomic<int> hashes = 0;
  std::atomic<bool> failed = false;
  const SteadyTime began = SteadyTime::Now();
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < slots; ++i) {
      callers.emplace_back([&] {
        do {
          if (hasher->Hash(password, Deadline::Never()).ok()) {
            ++hashes;
          } else {
            failed = true;
          }
        } while (!failed && SteadyTime::Now() - began < kMeasuredTime);
      });
    }
  }
  const absl::Duration elapsed = SteadyTime::Now() - began;
  if (failed) return absl::ResourceExhaustedError("the system has not enough memory; lower --memory-budget");
  return HashSpeed{.hash_time = elapsed * slots / hashes.load(),
                   .hashes_per_second = hashes / absl::ToDoubleSeconds(elapsed)};
}

void PrintCalibration(const Calibration& calibration, const CalibrationGoal& goal) {
  const PasswordsConfig& passwords = calibration.passwords;
  std::cout << "[passwords]\n"
            << "argon2_memory = " << ToToml(passwords.argon2_memory) << '\n'
            << "argon2_iterations = " << ToToml(passwords.argon2_iterations) << '\n'
            << "argon2_parallelism = " << ToToml(passwords.argon2_parallelism) << '\n'
            << "memory_budget = " << ToToml(passwords.memory_budget) << '\n'
            << absl::StreamFormat("# measured: %d at a time, %.0f ms per hash, %.1f hashes per second\n",
                                  ConcurrentHashes(passwords, goal.cores),
                                  absl::ToDoubleMilliseconds(calibration.speed.hash_time),
                                  calibration.speed.hashes_per_second);
  if (calibration.speed.hash_time > goal.hash_time) {
    std::cout
        << "# A hash takes longer than --target, because lower parameters would be below OWASP's minima.\n";
  }
}

absl::StatusOr<CalibrationGoal> ReadGoal(const CalibrateOptions& options) {
  const std::optional<absl::Duration> target = FromText<absl::Duration>(options.target);
  if (!target || *target <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(StrCat("--target must be ", ExpectedForm<absl::Duration>(),
                                             " and more than 0, not ", options.target));
  }
  const std::optional<ByteSize> budget = FromText<ByteSize>(options.memory_budget);
  if (!budget || *budget < kMinHashMemory || *budget > kMaxMemoryBudget) {
    return absl::InvalidArgumentError(StrCat(
        "--memory-budget must be ", ExpectedForm<ByteSize>(), ", from ", FormatByteSize(kMinHashMemory),
        " to ", FormatByteSize(kMaxMemoryBudget), ", not ", options.memory_budget));
  }
  return CalibrationGoal{.hash_time = *target, .memory_budget = *budget, .cores = Cores()};
}

ExitCode Calibrate(const CalibrateOptions& options) {
  const absl::StatusOr<CalibrationGoal> goal = ReadGoal(options);
  if (!goal.ok()) return ReportResult(goal.status());
  const absl::StatusOr<Calibration> calibration = CalibrateHashes(*goal, MeasureHasher);
  if (calibration.ok()) PrintCalibration(*calibration, *goal);
  return ReportResult(calibration.status());
}

}  // namespace

void AddHashCommand(CLI::App& program, Run& run) {
  CLI::App* hash = program.add_subcommand("hash", "Measure password hashing");
  hash->require_subcommand(1);
  CLI::App* calibrate = hash->add_subcommand(
      "calibrate", "Measure Argon2id on this machine and print the parameters for a target time");
  const auto options = std::make_shared<CalibrateOptions>();
  calibrate
      ->add_option("--target", options->target,
                   "Longest time of one hash while every core hashes; default: 250ms")
      ->type_name("DURATION");
  calibrate
      ->add_option("--memory-budget", options->memory_budget,
                   "Memory of all concurrent hashes, passwords.memory_budget; default: 256MiB")
      ->type_name("SIZE");
  calibrate->callback([&run, options] { run = [options] { return Calibrate(*options); }; });
}

}  // namespace keelson
