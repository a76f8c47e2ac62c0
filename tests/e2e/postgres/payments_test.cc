// Two processes on one database settle refunds at one payment provider while one of them crashes: each refund
// is paid once.
#include <catch2/catch.hpp>
#include <iterator>
#include <utility>
#include <vector>

#include "core/common/strings.h"
#include "tests/e2e/postgres/support/audit.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/sandbox.h"
#include "tests/e2e/support/scenarios.h"

namespace keelson::e2e {
namespace {

constexpr int kCrashes = 5;
constexpr int kRefundsPerCrash = 8;

TEST_CASE("two processes pay each refund once, although one of them crashes while it settles") {
  ServiceProcess::Settings settings = SandboxSettings();
  // The circuit breaker stays closed although many calls time out.
  settings.insert(settings.end(), {"payments.circuit.window=1000", "payments.circuit.min_calls=1000"});
  Fleet fleet(2, settings);
  const Client client = fleet.Connect(1);
  const std::pair<std::string, refunds::v1::RefundState> groups[] = {
      {"settles-1", refunds::v1::REFUND_STATE_SUCCEEDED},
      {"pays_then_times_out-1", refunds::v1::REFUND_STATE_SUCCEEDED},
      {"pending_settles-1", refunds::v1::REFUND_STATE_SUCCEEDED},
      {"declines-1", refunds::v1::REFUND_STATE_FAILED}};
  std::vector<std::string> order_ids;
  for (const auto& [reference, end_state] : groups) {
    order_ids.push_back(OrderPaidAtSandbox(client, reference + "@example.com", reference, 100'000));
  }
  std::vector<std::pair<std::string, refunds::v1::RefundState>> refund_ids;
  for (int crash = 0; crash < kCrashes; ++crash) {
    const std::size_t lines = ReadSandbox(fleet.folder()).size();
    for (int i = 0; i < kRefundsPerCrash; ++i) {
      const std::size_t group = static_cast<std::size_t>(i) % std::size(groups);
      refund_ids.emplace_back(RefundAmount(client, order_ids[group], 1), groups[group].second);
    }
    CHECK(Await([&] { return ReadSandbox(fleet.folder()).size() > lines; }));
    fleet.Crash(0);
  }
  for (const auto& [id, end_state] : refund_ids) AwaitRefund(client, id, end_state);
  const std::vector<SandboxLine> paid = ReadSandbox(fleet.folder());
  for (const auto& [id, end_state] : refund_ids) {
    CAPTURE(id);
    const bool succeeded = end_state == refunds::v1::REFUND_STATE_SUCCEEDED;
    CHECK(LinesOf(paid, "payout", id).size() == (succeeded ? 1 : 0));
  }
  AuditRefunds(fleet.folder());
  AuditedEvents(fleet.folder());
}

}  // namespace
}  // namespace keelson::e2e
