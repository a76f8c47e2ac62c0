#include "tests/bench/read_probe.h"

#include "tests/bench/requests.h"

namespace keelson {
namespace {

constexpr double kProbesPerSecond = 200;

}  // namespace

absl::StatusOr<LoadResult> ProbeReads(const Workbench& bench, const Service& service,
                                      absl::Duration duration) {
  UserRequests requests(bench.seed);
  Load load{.port = service.port(), .method = kGetUserMethod, .connections = 1, .callers = 256};
  load.rate = kProbesPerSecond;
  load.duration = duration;
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

}  // namespace keelson
