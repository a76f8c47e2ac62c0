#include "tests/contract/store/postgres/round_trips.h"

#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/settle_refunds.h"
#include "core/sessions/session_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"
#include "tests/core/sessions/session_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/fake_payment_provider.h"
#include "tests/support/recording_log.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

class Refunding {
 public:
  explicit Refunding(RefundPolicy policy) : policies_(std::move(policy)) { clock_.Set(kT0); }

  // Refunds the whole order under this request id. Returns the number of round trips.
  int RoundTripsOf(const std::string& request_id) {
    const CallContext context{"web", "corr-1", "00-trace", Deadline::Never()};
    CreateRefundCommand command;
    command.request_id = request_id;
    command.order_id = order_->id.ToString();
    command.scope.scope = RefundEverything{};
    const int before = RoundTrips();
    REQUIRE_OK(create_.Handle(context, command).status());
    return RoundTrips() - before;
  }

 private:
  PostgresFixture fixture_;
  FakeClock clock_;
  FakeEntropy entropy_;
  IdGenerator ids_{clock_, entropy_};
  const RefundPolicies policies_;
  CreateRefund create_{fixture_.store(), clock_, ids_, policies_};
  const Order order_ = StoredOrder(fixture_.store());
};

TEST_CASE("CreateRefund takes two round trips: for the order, and for the changes with the commit",
          "[postgres]") {
  CHECK(Refunding({}).RoundTripsOf("request-1") == 2);
}

TEST_CASE("CreateRefund takes three round trips if the owner of the order gets an e-mail", "[postgres]") {
  RefundPolicy policy;
  policy.approval_above[*Currency::Parse("EUR")] = 0;
  CHECK(Refunding(policy).RoundTripsOf("request-1") == 3);
}

// Inserts an order of a new user with a due refund.
void StoreDueRefund(Store& store, const std::string& email_key) {
  const Order order = With(SampleOrder(StoredUser(store, email_key)->id), [](OrderFields& f) {
    f.refund_pending = 3;
    f.refunded_shipping = 1;
    f.refund_count = 1;
    f.lines[0].refunded_quantity = 1;
    f.lines[0].refunded_amount = 2;
  });
  const Refund refund = With(SampleRefund(order), [](RefundFields& f) { f.state = RefundState::kApproved; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status = tx.orders().Insert(order);
    status.Update(tx.refunds().Insert(refund));
    return status;
  }));
}

TEST_CASE("refunds of any number are claimed in four round trips, and their outcomes saved in four",
          "[postgres]") {
  PostgresFixture fixture;
  constexpr int kRefunds = 10;
  for (int i = 0; i < kRefunds; ++i) StoreDueRefund(fixture.store(), std::to_string(i));
  RealClock clock;
  FakeEntropy entropy;
  IdGenerator ids(clock, entropy);
  RecordingLog log;
  FakePaymentProvider provider(SampleOrder(UserId())->payment_provider);
  SettleRefunds settle({fixture.store(), clock, entropy, ids, log}, {&provider},
                       SettlementPolicy{.concurrency = kRefunds});
  int before = RoundTrips();
  CHECK(Must(settle.FlushAndClaim()).claimed == kRefunds);
  CHECK(RoundTrips() - before == 4);
  while (settle.SettleNext(0)) {
  }
  CHECK(provider.moved.size() == kRefunds);
  settle.Stop();
  before = RoundTrips();
  REQUIRE_OK(settle.Close());
  CHECK(RoundTrips() - before == 4);
}

TEST_CASE("the outcomes of many messages are saved in two round trips", "[postgres]") {
  PostgresFixture fixture;
  Store& store = fixture.store();
  std::vector<Message> messages;
  for (int i = 0; i < 10; ++i) messages.push_back(SampleMessage(UserId()));
  for (Message& message : messages) {
    REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
  }
  messages =
      Do(store, [&](WriteTransaction& tx) { return tx.messages().Claim(kT0, kT0 + absl::Hours(1), 10); });
  const int before = RoundTrips();
  CHECK(Do(store, [&](WriteTransaction& tx) { return tx.messages().Save(messages); }) ==
        std::vector(10, true));
  CHECK(RoundTrips() - before == 2);
}

// Runs `find`, which must find a row, in each read of a batch. Returns the number of round trips.
template <typename Find>
int RoundTripsOfBatch(Store& store, const Find& find) {
  int found = 0;
  const ReadCall call{Deadline::Never(), [&] {
                        store
                            .Read(Deadline::Never(),
                                  [&](ReadTransaction& tx) -> absl::Status {
                                    const auto result = find(tx);
                                    if (result.ok() && result->has_value()) ++found;
                                    return result.status();
                                  })
                            .IgnoreError();
                      }};
  const int before = RoundTrips();
  RunBatch(store, std::vector<ReadCall>(50, call));
  CHECK(found == 50);
  return RoundTrips() - before;
}

TEST_CASE("a batch of reads takes one round trip", "[postgres]") {
  PostgresFixture fixture;
  Store& store = fixture.store();
  const UserId id = StoredUser(store)->id;
  CHECK(RoundTripsOfBatch(store, [&](ReadTransaction& tx) { return tx.users().Find(id); }) == 1);
  const Session session = SampleSession(id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.sessions().Insert(session); }));
  CHECK(RoundTripsOfBatch(store, [&](ReadTransaction& tx) {
          return tx.sessions().FindByAccessDigest(session->access_digest);
        }) == 1);
}

TEST_CASE("an attempt under a throttle takes two round trips: for the row with its lock, and for the commit",
          "[postgres]") {
  PostgresFixture fixture;
  const int before = RoundTrips();
  REQUIRE_OK(Write(fixture.store(), [](WriteTransaction& tx) -> absl::Status {
    const Found<Throttle> found = tx.throttles().FindForUpdate(Fingerprint{1});
    if (!found.ok()) return found.status();
    return tx.throttles().Put({Fingerprint{1}, 1, kT0, kT0});
  }));
  CHECK(RoundTrips() - before == 2);
}

// Returns the number of round trips of `call`.
template <typename Call>
int RoundTripsOfCall(const Call& call) {
  const int before = RoundTrips();
  call();
  return RoundTrips() - before;
}

TEST_CASE("calls that conceal whether an account holds an address take the same round trips", "[postgres]") {
  PostgresFixture fixture;
  SessionWorld world(fixture.store());
  world.accounts.conceal_existing_email = true;
  for (const std::string email : {"ada@example.com", "bob@example.com"}) {
    CAPTURE(email);
    CHECK(RoundTripsOfCall([&] { Must(world.Register(Registration(email)).status()); }) == 3);
    world.clock.Advance(world.accounts.resend_cooldown);
    CHECK(RoundTripsOfCall([&] { Must(world.Register(Registration(email)).status()); }) == 3);
  }
  for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
    CAPTURE(email);
    CHECK(RoundTripsOfCall([&] { Must(world.RequestReset(email)); }) == 4);
    CHECK(RoundTripsOfCall([&] { Must(world.Resend(email)); }) == 4);
    CHECK(RoundTripsOfCall([&] {
            CHECK(ReasonOf(world.TrySignIn(Credentials("wrong password", email))) == "CREDENTIALS_INVALID");
          }) == 5);
  }
}

}  // namespace
}  // namespace keelson
