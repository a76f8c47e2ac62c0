#include "tests/bench/refund_load.h"

#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kConnections = 8;
constexpr int kCallersPerConnection = 8;

}  // namespace

absl::StatusOr<LoadResult> LoadRefunds(const Workbench& bench, const std::vector<std::string>& settings) {
  absl::StatusOr<Service> service = Service::Start(bench, settings);
  if (!service.ok()) return service.status();
  RefundRequests requests(bench.seed);
  Load load{.port = service->port(),
            .method = kCreateRefundMethod,
            .connections = kConnections,
            .callers = kCallersPerConnection};
  load.next_request = [&](std::string& next) { requests.Next(next); };
  return RunLoad(load);
}

}  // namespace keelson
