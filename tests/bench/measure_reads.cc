#include <cstdio>
#include <fstream>

#include "absl/time/clock.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr double kBar = 0.55;
constexpr absl::Duration kPatience = absl::Seconds(10);

// Runs the echo server, which returns a response that was recorded from the service.
class Echo {
 public:
  static absl::StatusOr<Echo> Start(const Workbench& bench, std::string_view response) {
    std::ofstream(bench.folder / "response", std::ios::binary) << response;
    absl::StatusOr<int> port = FreePort();
    if (!port.ok()) return port.status();
    absl::StatusOr<Process> process =
        Process::Start({bench.echo, std::to_string(*port), "response"}, bench.folder, "echo.log");
    if (!process.ok()) return process.status();
    const Deadline deadline = Deadline::After(kPatience);
    while (!CallOnce(*port, kGetUserMethod, "", deadline).ok()) {
      if (deadline.expired()) return absl::UnavailableError("the echo server does not respond");
      absl::SleepFor(absl::Milliseconds(5));
    }
    return Echo{*std::move(process), *port};
  }

  Process process;
  int port;
};

}  // namespace

Figures MeasureReads(const Workbench& bench) {
  absl::StatusOr<Service> service = Service::Start(bench);
  if (!service.ok()) return service.status();
  UserRequests requests(bench.seed);
  std::string request;
  requests.Next(request);
  absl::StatusOr<RpcCall> response =
      CallOnce(service->port(), kGetUserMethod, request, Deadline::After(kPatience));
  if (!response.ok()) return response.status();
  absl::StatusOr<Echo> echo = Echo::Start(bench, response->message());
  if (!echo.ok()) return echo.status();
  std::fprintf(stderr, "get_user: requests of %zu bytes, responses of %zu\n", request.size(),
               response->message().size());

  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    Load load{.port = service->port(), .method = kGetUserMethod};
    load.next_request = [&](std::string& next) { requests.Next(next); };
    absl::StatusOr<LoadResult> ours = RunLoad(load);
    if (!ours.ok()) return ours.status();
    load.port = echo->port;
    absl::StatusOr<LoadResult> bare = RunLoad(load);
    if (!bare.ok()) return bare.status();
    std::fprintf(stderr,
                 "get_user: %.0f calls/s (p50 %.0f us, p99 %.0f us); echo server %.0f calls/s (p50 %.0f us, "
                 "p99 %.0f us)\n",
                 ours->calls_per_second, absl::ToDoubleMicroseconds(ours->p50()),
                 absl::ToDoubleMicroseconds(ours->p99()), bare->calls_per_second,
                 absl::ToDoubleMicroseconds(bare->p50()), absl::ToDoubleMicroseconds(bare->p99()));
    ratios.push_back(ours->calls_per_second / bare->calls_per_second);
  }
  return std::vector<Figure>{{"get_user", Median(ratios), Figure::Bar::kAtLeast, kBar}};
}

}  // namespace keelson
