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

TEST_CASE("many users that are looked for together are found in one round trip", "[postgres]") {
  PostgresFixture fixture;
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  int found = 0;
  const ReadCall call{absl::InfiniteFuture(), [&] {
                        store
                            .Read(absl::InfiniteFuture(),
                                  [&](ReadTransaction& tx) -> absl::Status {
                                    const Found<User> user = tx.users().Find(id);
                                    if (user.ok() && user->has_value()) ++found;
                                    return user.status();
                                  })
                            .IgnoreError();
                      }};
  const int before = RoundTrips();
  store.ReadTogether(std::vector<ReadCall>(50, call));
  CHECK(RoundTrips() - before == 1);
  CHECK(found == 50);
}

}  // namespace
}  // namespace keelson
