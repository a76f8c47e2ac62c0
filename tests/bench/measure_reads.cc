#include "tests/bench/echo.h"
#include "tests/bench/figures.h"
#include "tests/bench/requests.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr double kBar = 0.55;

}  // namespace

Figures MeasureReads(const Workbench& bench) {
  absl::StatusOr<Service> service = Service::Start(bench);
  if (!service.ok()) return service.status();
  UserRequests requests(bench.seed);
  const absl::StatusOr<double> ratio = CompareWithEcho(bench, *service, "get_user", kGetUserMethod,
                                                       [&](std::string& next) { requests.Next(next); });
  if (!ratio.ok()) return ratio.status();
  return std::vector<Figure>{{"get_user", *ratio, Figure::Bar::kAtLeast, kBar}};
}

}  // namespace keelson
