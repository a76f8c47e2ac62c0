#include "tests/bench/echo.h"

#include <cstdio>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/bench/load.h"
#include "tests/bench/rpc_connection.h"

namespace keelson {
namespace {

constexpr int kRounds = 5;
constexpr absl::Duration kPatience = absl::Seconds(10);

// Runs the echo server.
class Echo {
 public:
  static absl::StatusOr<Echo> Start(const Workbench& bench, const std::string& method,
                                    std::string_view response) {
    std::ofstream(bench.folder / "response", std::ios::binary) << response;
    absl::StatusOr<int> port = FreePort();
    if (!port.ok()) return port.status();
    absl::StatusOr<Process> process =
        Process::Start({bench.echo, std::to_string(*port), method, "response"}, bench.folder, "echo.log");
    if (!process.ok()) return process.status();
    const Deadline deadline = Deadline::After(kPatience);
    while (!CallOnce(*port, method, "", deadline).ok()) {
      if (deadline.expired()) return absl::UnavailableError("the echo server does not respond");
      absl::SleepFor(absl::Milliseconds(5));
    }
    return Echo{*std::move(process), *port};
  }

  Process process;
  int port;
};

}  // namespace

absl::StatusOr<double> CompareWithEcho(const Workbench& bench, const Service& service,
                                       const std::string& name, const std::string& method,
                                       const std::function<void(std::string&)>& next_request) {
  std::string request;
  next_request(request);
  absl::StatusOr<RpcCall> response = CallOnce(service.port(), method, request, Deadline::After(kPatience));
  if (!response.ok()) return response.status();
  absl::StatusOr<Echo> echo = Echo::Start(bench, method, response->message());
  if (!echo.ok()) return echo.status();
  std::fprintf(stderr, "%s: requests of %zu bytes, responses of %zu\n", name.c_str(), request.size(),
               response->message().size());

  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    Load load{.port = service.port(), .method = method};
    load.next_request = next_request;
    absl::StatusOr<LoadResult> ours = RunLoad(load);
    if (!ours.ok()) return ours.status();
    load.port = echo->port;
    absl::StatusOr<LoadResult> bare = RunLoad(load);
    if (!bare.ok()) return bare.status();
    std::fprintf(stderr,
                 "%s: %.0f calls/s (p50 %.0f us, p99 %.0f us); echo server %.0f calls/s (p50 %.0f us, "
                 "p99 %.0f us)\n",
                 name.c_str(), ours->calls_per_second, absl::ToDoubleMicroseconds(ours->p50()),
                 absl::ToDoubleMicroseconds(ours->p99()), bare->calls_per_second,
                 absl::ToDoubleMicroseconds(bare->p50()), absl::ToDoubleMicroseconds(bare->p99()));
    ratios.push_back(ours->calls_per_second / bare->calls_per_second);
  }
  return Median(ratios);
}

}  // namespace keelson
