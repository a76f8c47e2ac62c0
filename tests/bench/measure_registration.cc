#include <algorithm>
#include <cstdio>
#include <thread>

#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_hashing.h"
#include "tests/bench/read_probe.h"
#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

// The service and the reference are measured in short alternating rounds, so that both run under the same
// conditions.
constexpr int kRateRounds = 9;
constexpr absl::Duration kRateDuration = absl::Seconds(2);
constexpr int kProbeRounds = 5;
constexpr absl::Duration kProbeDuration = absl::Seconds(4);
constexpr double kRateBar = 0.9;
constexpr double kProbeBar = 5;
constexpr double kMebibyte = 1 << 20;
constexpr double kHashMebibytes = 19;
constexpr double kOtherMebibytes = 64;

absl::StatusOr<LoadResult> Storm(const Service& service, absl::Duration duration) {
  static int number = 0;
  RegistrationRequests requests(number++);
  Load load{.port = service.port(), .method = kRegisterUserMethod, .connections = 4, .callers = 4};
  load.duration = duration;
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

// Returns the ratio of registrations per second to plain hashes per second. The plain hashing is measured
// just before and after the registrations.
absl::StatusOr<double> MeasureRate(const Service& service, int slots) {
  std::vector<double> ratios;
  double before = RawHashesPerSecond(slots, kRateDuration);
  for (int round = 0; round < kRateRounds; ++round) {
    const absl::StatusOr<LoadResult> storm = Storm(service, kRateDuration);
    if (!storm.ok()) return storm.status();
    const double after = RawHashesPerSecond(slots, kRateDuration);
    const double raw = (before + after) / 2;
    before = after;
    ratios.push_back(storm->calls_per_second / raw);
    std::fprintf(stderr, "register: %.1f/s, raw hashing %.1f/s\n", storm->calls_per_second, raw);
  }
  return Median(ratios);
}

// Returns the ratio of the p99 latency of GetUser during more registrations than the service can process to
// the p99 latency on the idle service.
absl::StatusOr<double> MeasureReadsMeanwhile(const Workbench& bench, const Service& service) {
  std::vector<double> ratios;
  for (int round = 0; round < kProbeRounds; ++round) {
    const absl::StatusOr<LoadResult> idle = ProbeReads(bench, service, kProbeDuration);
    if (!idle.ok()) return idle.status();
    absl::StatusOr<LoadResult> meanwhile;
    std::jthread probing([&] { meanwhile = ProbeReads(bench, service, kProbeDuration); });
    const absl::StatusOr<LoadResult> storm = Storm(service, kProbeDuration);
    probing.join();
    if (!storm.ok()) return storm.status();
    if (!meanwhile.ok()) return meanwhile.status();
    ratios.push_back(absl::FDivDuration(meanwhile->p99(), idle->p99()));
    std::fprintf(stderr, "register: GetUser p99 %.0f us during registrations, %.0f us idle\n",
                 absl::ToDoubleMicroseconds(meanwhile->p99()), absl::ToDoubleMicroseconds(idle->p99()));
  }
  return Median(ratios);
}

}  // namespace

Figures MeasureRegistration(const Workbench& bench) {
  absl::StatusOr<Service> service = Service::Start(bench);
  if (!service.ok()) return service.status();
  const int slots = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const absl::StatusOr<double> rate = MeasureRate(*service, slots);
  if (!rate.ok()) return rate.status();
  const absl::StatusOr<double> reads = MeasureReadsMeanwhile(bench, *service);
  if (!reads.ok()) return reads.status();
  absl::StatusOr<double> peak = service->process().peak_resident();
  if (!peak.ok()) return peak.status();
  const double bound = (slots * kHashMebibytes + kOtherMebibytes) * kMebibyte;
  std::fprintf(stderr, "register: peak resident memory %.1f MiB, limit %.0f MiB\n", *peak / kMebibyte,
               bound / kMebibyte);
  return std::vector<Figure>{{"register", *rate, Figure::Bar::kAtLeast, kRateBar},
                             {"register_reads_p99", *reads, Figure::Bar::kAtMost, kProbeBar},
                             {"register_memory", *peak / bound, Figure::Bar::kAtMost, 1}};
}

}  // namespace keelson
