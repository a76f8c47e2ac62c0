#include <cstdio>

#include "absl/time/clock.h"
#include "tests/bench/figures.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr absl::Duration kSettle = absl::Milliseconds(1500);
constexpr double kMebibyte = 1 << 20;
constexpr double kIdleBound = 40 * kMebibyte;
constexpr absl::Duration kStartBound = absl::Milliseconds(150);

}  // namespace

Figures MeasureFootprint(const Workbench& bench) {
  std::vector<double> starts;
  std::vector<double> resident;
  for (int round = 0; round < kRounds; ++round) {
    absl::StatusOr<Service> service = Service::Start(bench);
    if (!service.ok()) return service.status();
    absl::SleepFor(kSettle);
    absl::StatusOr<double> bytes = service->process().resident();
    if (!bytes.ok()) return bytes.status();
    std::fprintf(stderr, "footprint: serves after %.1f ms, %.1f MiB resident when idle\n",
                 absl::ToDoubleMilliseconds(service->time_to_serving()), *bytes / kMebibyte);
    starts.push_back(absl::FDivDuration(service->time_to_serving(), kStartBound));
    resident.push_back(*bytes / kIdleBound);
  }
  return std::vector<Figure>{{"idle_memory", Median(resident), Figure::Bar::kAtMost, 1},
                             {"start", Median(starts), Figure::Bar::kAtMost, 1}};
}

}  // namespace keelson
