#include <algorithm>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_hashing.h"
#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

// The service and the reference are measured in short alternating rounds, so that both run under the same
// conditions.
constexpr int kRateRounds = 9;
constexpr absl::Duration kRateDuration = absl::Seconds(2);
constexpr double kRateBar = 0.9;
constexpr double kMebibyte = 1 << 20;
constexpr int kHashMebibytes = 19;
constexpr int kOtherMebibytes = 64;
constexpr int kStormConnections = 8;
constexpr int kStormCallers = 200;
constexpr absl::Duration kStormDuration = absl::Seconds(8);
// The default of server.default_deadline.
constexpr absl::Duration kDeadline = absl::Seconds(10);
constexpr double kProbesPerSecond = 100;
constexpr absl::Duration kHealthBound = absl::Milliseconds(100);

absl::StatusOr<LoadResult> SignIn(const Service& service, SignInRequests& requests, int connections,
                                  int callers, absl::Duration duration) {
  Load load{.port = service.port(), .method = kSignInMethod, .connections = connections};
  load.callers = callers / connections;
  load.duration = duration;
  load.may_be_rejected = true;
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

// Returns the ratio of sign-ins per second to plain hashes per second. The plain hashing is measured just
// before and after the sign-ins.
absl::StatusOr<double> MeasureRate(const Service& service, SignInRequests& requests, int slots) {
  std::vector<double> ratios;
  double before = RawHashesPerSecond(slots, kRateDuration);
  for (int round = 0; round < kRateRounds; ++round) {
    const absl::StatusOr<LoadResult> ours = SignIn(service, requests, 4, 16, kRateDuration);
    if (!ours.ok()) return ours.status();
    if (ours->rejected.count() > 0) return absl::InternalError("16 callers overload the service");
    const double after = RawHashesPerSecond(slots, kRateDuration);
    const double raw = (before + after) / 2;
    before = after;
    ratios.push_back(ours->calls_per_second / raw);
    std::fprintf(stderr, "sign_in: %.1f/s, raw hashing %.1f/s\n", ours->calls_per_second, raw);
  }
  return Median(ratios);
}

absl::StatusOr<LoadResult> ProbeHealth(const Service& service) {
  Load load{.port = service.port(), .method = kHealthMethod, .connections = 1, .callers = 256};
  load.rate = kProbesPerSecond;
  load.duration = kStormDuration;
  load.next_request = [](std::string& next) { next.clear(); };
  return RunLoad(load);
}

// Measures 200 callers, each of which starts its next call when the response arrives, even if the service
// rejected the call.
Figures MeasureStorm(const Service& service, SignInRequests& requests, int slots) {
  absl::StatusOr<LoadResult> health;
  std::jthread probing([&] { health = ProbeHealth(service); });
  const absl::StatusOr<LoadResult> storm =
      SignIn(service, requests, kStormConnections, kStormCallers, kStormDuration);
  probing.join();
  if (!storm.ok()) return storm.status();
  if (!health.ok()) return health.status();
  absl::StatusOr<double> peak = service.process().peak_resident();
  if (!peak.ok()) return peak.status();
  const double bound = (slots * kHashMebibytes + kOtherMebibytes) * kMebibyte;
  const absl::Duration rejection = storm->rejected.Percentile(100);
  const absl::Duration probe = health->latency.Percentile(100);
  std::fprintf(
      stderr,
      "sign_in: 200 callers: %.1f/s (p99 %.0f ms), %zu rejected (p50 %.0f ms, maximum %.0f ms), health "
      "after at most %.1f ms, peak resident memory %.1f MiB, limit %.0f MiB\n",
      storm->calls_per_second, absl::ToDoubleMilliseconds(storm->p99()),
      static_cast<std::size_t>(storm->rejected.count()),
      absl::ToDoubleMilliseconds(storm->rejected.Percentile(50)), absl::ToDoubleMilliseconds(rejection),
      absl::ToDoubleMilliseconds(probe), *peak / kMebibyte, bound / kMebibyte);
  if (storm->rejected.count() == 0) return absl::InternalError("200 callers do not overload the service");
  return std::vector<Figure>{
      {"sign_in_memory", *peak / bound, Figure::Bar::kAtMost, 1},
      {"sign_in_rejection", absl::FDivDuration(rejection, kDeadline), Figure::Bar::kAtMost, 1},
      {"sign_in_health", absl::FDivDuration(probe, kHealthBound), Figure::Bar::kAtMost, 1}};
}

}  // namespace

Figures MeasureSignIns(const Workbench& bench) {
  const int slots = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  // The budget is what the slots need, so that the limit of the memory is exact.
  absl::StatusOr<Service> service =
      Service::Start(bench, {absl::StrCat("passwords.memory_budget=", slots * kHashMebibytes, "MiB")});
  if (!service.ok()) return service.status();
  SignInRequests requests(bench.seed);
  const absl::StatusOr<double> rate = MeasureRate(*service, requests, slots);
  if (!rate.ok()) return rate.status();
  Figures figures = MeasureStorm(*service, requests, slots);
  if (figures.ok()) figures->insert(figures->begin(), {"sign_in", *rate, Figure::Bar::kAtLeast, kRateBar});
  return figures;
}

}  // namespace keelson
