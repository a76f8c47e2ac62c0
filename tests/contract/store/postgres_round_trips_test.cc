#include "core/refunds/create_refund.h"
#include "tests/contract/store/fixtures.h"
#include "tests/contract/store/round_trips.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"

namespace keelson {
namespace {

class Refunding {
 public:
  explicit Refunding(const RefundPolicy& policy) : create_(fixture_.store(), clock_, ids_, policy) {
    clock_.Set(kT0);
  }

  // How many round trips it takes to refund the whole order under this request id.
  int RoundTripsOf(const std::string& request_id) {
    const CallContext context{"web", "corr-1", "00-trace", absl::InfiniteFuture()};
    CreateRefundCommand command;
    command.request_id = request_id;
    command.order_id = order_->id.ToString();
    command.scope.scope = RefundEverything{};
    const int before = RoundTrips();
    REQUIRE_OK(create_(context, command).status());
    return RoundTrips() - before;
  }

 private:
  PostgresFixture fixture_;
  FakeClock clock_;
  FakeEntropy entropy_;
  IdGenerator ids_{clock_, entropy_};
  CreateRefund create_;
  const Order order_ = StoredOrder(fixture_.store());
};

TEST_CASE("a refund is made in two round trips: for the order, and for the changes with their commit",
          "[postgres]") {
  CHECK(Refunding({}).RoundTripsOf("request-1") == 2);
}

TEST_CASE("a refund whose owner is told by e-mail is made in three round trips", "[postgres]") {
  RefundPolicy policy;
  policy.approval_above[*Currency::Parse("EUR")] = 0;
  CHECK(Refunding(policy).RoundTripsOf("request-1") == 3);
}

}  // namespace
}  // namespace keelson
