#include <algorithm>
#include <cstdio>
#include <thread>

#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_hashing.h"
#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr absl::Duration kDuration = absl::Seconds(3);
constexpr double kProbesPerSecond = 200;
constexpr double kRateBar = 0.9;
constexpr double kProbeBar = 5;
constexpr double kMebibyte = 1 << 20;
constexpr double kHashMebibytes = 19;
constexpr double kOtherMebibytes = 64;

// Reads now and then, as other callers would while registrations pour in.
absl::StatusOr<LoadResult> Probe(const Workbench& bench, const Service& service) {
  UserRequests requests(bench.seed);
  Load load{.port = service.port(), .method = kGetUserMethod, .connections = 1, .callers = 256};
  load.rate = kProbesPerSecond;
  load.duration = kDuration;
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

absl::StatusOr<LoadResult> Storm(const Service& service, int round) {
  RegistrationRequests requests(round);
  Load load{.port = service.port(), .method = kRegisterUserMethod, .connections = 4, .callers = 4};
  load.duration = kDuration;
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

struct Round {
  double raw = 0;
  double registered = 0;
  absl::Duration idle_p99;
  absl::Duration storm_p99;
};

absl::StatusOr<Round> RunRound(const Workbench& bench, const Service& service, int number, int slots) {
  Round round;
  absl::StatusOr<LoadResult> idle = Probe(bench, service);
  if (!idle.ok()) return idle.status();
  round.idle_p99 = idle->p99();
  round.raw = RawHashesPerSecond(slots, kDuration);
  absl::StatusOr<LoadResult> probe;
  std::jthread probing([&] { probe = Probe(bench, service); });
  absl::StatusOr<LoadResult> storm = Storm(service, number);
  probing.join();
  if (!storm.ok()) return storm.status();
  if (!probe.ok()) return probe.status();
  round.registered = storm->calls_per_second;
  round.storm_p99 = probe->p99();
  std::fprintf(stderr, "register: %.1f/s, raw hashing %.1f/s; GetUser p99 %.0f us, idle %.0f us\n",
               round.registered, round.raw, absl::ToDoubleMicroseconds(round.storm_p99),
               absl::ToDoubleMicroseconds(round.idle_p99));
  return round;
}

}  // namespace

Figures MeasureRegistration(const Workbench& bench) {
  absl::StatusOr<Service> service = Service::Start(bench);
  if (!service.ok()) return service.status();
  const int slots = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<double> rates;
  std::vector<double> probes;
  for (int number = 0; number < kRounds; ++number) {
    absl::StatusOr<Round> round = RunRound(bench, *service, number, slots);
    if (!round.ok()) return round.status();
    rates.push_back(round->registered / round->raw);
    probes.push_back(absl::FDivDuration(round->storm_p99, round->idle_p99));
  }
  absl::StatusOr<double> peak = service->process().peak_resident();
  if (!peak.ok()) return peak.status();
  const double bound = (slots * kHashMebibytes + kOtherMebibytes) * kMebibyte;
  std::fprintf(stderr, "register: at most %.1f MiB resident, of %.0f\n", *peak / kMebibyte,
               bound / kMebibyte);
  return std::vector<Figure>{{"register", Median(rates), Figure::Bar::kAtLeast, kRateBar},
                             {"register_reads_p99", Median(probes), Figure::Bar::kAtMost, kProbeBar},
                             {"register_memory", *peak / bound, Figure::Bar::kAtMost, 1}};
}

}  // namespace keelson
