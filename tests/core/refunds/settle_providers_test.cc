// Tests the settlement with several payment providers: limits, circuit breakers, probes and shutdown.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/refunds/settle_refunds.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;
using OutcomeKind = PaymentOutcome::Kind;

// A world with the providers "recorded" and "stripe".
struct TwoProviders : World {
  TwoProviders() { settlement.concurrency = 2; }

  // Refunds 0.10 EUR of a delivered order that was paid through the provider.
  Refund RefundThrough(const PaymentProvider& provider) {
    const Order order = Pending();
    PayOrderCommand command;
    command.id = order->id.ToString();
    command.amount = Amount{"EUR", order->total};
    command.payment_reference = "payment-" + order->id.ToString();
    const RefundPolicies policies(refunds);
    const Order paid = Must(
        PayOrder(store, clock, ids, policies, {{std::string(provider.name())}}).Handle(context, command));
    return Must(Refunded(Must(Deliver(Must(Ship(paid)))), AmountOf(10)));
  }
  std::vector<Refund> RefundsThrough(const PaymentProvider& provider, int count) {
    std::vector<Refund> made;
    for (int i = 0; i < count; ++i) made.push_back(RefundThrough(provider));
    return made;
  }
  RefundState StateOf(const Refund& refund) { return Load(refund->id)->state; }
  // Calls the provider until no refund of the provider waits, and saves the outcomes.
  static int Drain(SettleRefunds& settler, std::size_t provider) {
    int calls = 0;
    while (settler.SettleNext(provider)) ++calls;
    Must(settler.FlushAndClaim().status());
    return calls;
  }

  FakePaymentProvider stripe{"stripe"};
};

PaymentProviderStatus StatusOf(const SettleRefunds& settler, std::size_t provider) {
  return settler.ListPaymentProviders().at(provider);
}

TEST_CASE("A refund goes to the provider that took the payment") {
  TwoProviders world;
  const Refund first = world.RefundThrough(world.payments);
  const Refund second = world.RefundThrough(world.stripe);
  CHECK(SettleOnce(*world.Settler({&world.payments, &world.stripe})) == 2);
  REQUIRE(world.payments.asked.size() == 1);
  CHECK(world.payments.asked[0].id == first->id);
  REQUIRE(world.stripe.asked.size() == 1);
  CHECK(world.stripe.asked[0].id == second->id);
}

TEST_CASE("A process claims at most two refunds for each concurrent call of a provider at first") {
  TwoProviders world;
  world.RefundsThrough(world.payments, 7);
  const auto settler = world.Settler({&world.payments});
  CHECK(Must(settler->FlushAndClaim()).claimed == 4);
  CHECK(Must(settler->FlushAndClaim()).claimed == 0);
  CHECK(settler->SettleNext(0));
  const SettleRefunds::Progress progress = Must(settler->FlushAndClaim());
  CHECK(progress.saved == 1);
  CHECK(progress.claimed >= 1);
}

TEST_CASE("A backlog of a slow provider does not delay the refunds of another provider") {
  TwoProviders world;
  const std::vector<Refund> slow = world.RefundsThrough(world.stripe, 9);
  world.clock.Advance(absl::Seconds(1));
  const Refund later = world.RefundThrough(world.payments);
  const auto settler = world.Settler({&world.stripe, &world.payments});
  // No thread is free for stripe.
  CHECK(Must(settler->FlushAndClaim()).claimed == 4 + 1);
  CHECK(settler->SettleNext(1));
  CHECK(Must(settler->FlushAndClaim()).saved == 1);
  CHECK(world.StateOf(later) == RefundState::kSucceeded);
  CHECK(world.StateOf(slow.back()) == RefundState::kApproved);
}

TEST_CASE("Refunds of a provider that is not configured do not delay other refunds, and wait") {
  TwoProviders world;
  const Refund waiting = world.RefundThrough(world.stripe);
  const Refund other = world.RefundThrough(world.payments);
  CHECK(SettleOnce(*world.Settler({&world.payments})) == 2);
  CHECK(world.StateOf(other) == RefundState::kSucceeded);
  CHECK(world.Load(waiting->id)->failure_code == "PROVIDER_NOT_CONFIGURED");
  CHECK(world.stripe.asked.empty());
  world.clock.Advance(absl::Minutes(15));
  CHECK(SettleOnce(*world.Settler({&world.stripe})) == 1);
  CHECK(world.StateOf(waiting) == RefundState::kSucceeded);
}

TEST_CASE("A refund that the provider did not execute stays reserved and is retried with the same key") {
  const OutcomeKind kind =
      GENERATE(OutcomeKind::kRetry, OutcomeKind::kUnreachable, OutcomeKind::kConfig, OutcomeKind::kUnknown);
  TwoProviders world;
  const Refund refund = world.RefundThrough(world.payments);
  world.payments.script = {Payments::Refused(kind)};
  CHECK(world.Settle() == 1);
  const Refund waiting = world.Load(refund->id);
  CHECK(waiting->state == RefundState::kProcessing);
  CHECK(waiting->failure_code == "refused");
  CHECK(waiting->failure_message == "not now");
  CHECK(waiting->due_time.has_value());
  CHECK(world.Load(refund->order_id)->refund_pending == 10);
  CHECK(world.log.Count("refund.postponed") == 1);
  world.clock.Advance(absl::Minutes(15));
  CHECK(world.Settle() == 1);
  CHECK(world.StateOf(refund) == RefundState::kSucceeded);
  CHECK(world.payments.asked[1].idempotency_key == world.payments.asked[0].idempotency_key);
}

TEST_CASE("A request says whether an earlier attempt may have reached the provider, and since when") {
  TwoProviders world;
  const Refund refund = world.RefundThrough(world.payments);
  const absl::Time created = world.clock.Now();
  world.payments.script = {Payments::Unknown(), Payments::Failed()};
  world.clock.Advance(absl::Minutes(1));
  CHECK(world.Settle() == 1);
  CHECK_FALSE(world.payments.asked[0].repeated);
  CHECK(world.payments.asked[0].not_before == created + absl::Minutes(1));

  world.clock.Advance(absl::Minutes(15));
  CHECK(world.Settle() == 1);
  CHECK(world.payments.asked[1].repeated);
  CHECK(world.payments.asked[1].not_before == created);

  Must(world.Retry(refund).status());
  CHECK(world.Settle() == 1);
  CHECK_FALSE(world.payments.asked[2].repeated);
  CHECK(world.payments.asked[2].not_before == world.clock.Now());
}

TEST_CASE("A provider that asks to wait is not called before, and other providers continue") {
  TwoProviders world;
  world.RefundsThrough(world.payments, 3);
  world.payments.script = {Payments::Refused(OutcomeKind::kRetry, absl::Seconds(20))};
  const auto settler = world.Settler({&world.payments, &world.stripe});
  Must(settler->FlushAndClaim().status());
  CHECK(settler->SettleNext(0));
  CHECK_FALSE(settler->SettleNext(0));
  CHECK_FALSE(StatusOf(*settler, 0).available);
  CHECK(StatusOf(*settler, 0).circuit == CircuitState::kClosed);
  CHECK(StatusOf(*settler, 1).available);
  world.RefundThrough(world.stripe);
  CHECK(Must(settler->FlushAndClaim()).claimed == 1);
  CHECK(TwoProviders::Drain(*settler, 1) == 1);

  world.clock.Advance(absl::Seconds(20) - absl::Microseconds(1));
  CHECK_FALSE(settler->SettleNext(0));
  world.clock.Advance(absl::Microseconds(1));
  CHECK(settler->SettleNext(0));
  CHECK(settler->SettleNext(0));
}

TEST_CASE("A refund that the provider's rate limit refused is due after the requested wait") {
  TwoProviders world;
  const Refund refund = world.RefundThrough(world.payments);
  world.payments.script = {Payments::Refused(OutcomeKind::kRetry, absl::Hours(1))};
  CHECK(world.Settle() == 1);
  CHECK(world.Load(refund->id)->due_time == world.clock.Now() + absl::Hours(1));
}

TEST_CASE("The configured rate spaces the calls of a provider") {
  TwoProviders world;
  world.settlement.rate = 10;
  world.RefundsThrough(world.payments, 3);
  const auto settler = world.Settler({&world.payments});
  Must(settler->FlushAndClaim().status());
  CHECK(settler->SettleNext(0));
  CHECK_FALSE(settler->SettleNext(0));
  world.clock.Advance(absl::Milliseconds(100));
  CHECK(settler->SettleNext(0));
  CHECK_FALSE(settler->SettleNext(0));
}

TEST_CASE("The circuit of a failing provider opens, releases the claimed refunds, and closes after probes") {
  TwoProviders world;
  world.settlement.concurrency = 4;
  world.settlement.circuit.min_calls = 3;
  const std::vector<Refund> made = world.RefundsThrough(world.payments, 8);
  for (int i = 0; i < 3; ++i) world.payments.script.push_back(Payments::Refused(OutcomeKind::kUnreachable));
  const auto settler = world.Settler({&world.payments});
  CHECK(Must(settler->FlushAndClaim()).claimed == 8);
  for (int i = 0; i < 3; ++i) CHECK(settler->SettleNext(0));
  CHECK_FALSE(settler->SettleNext(0));
  CHECK(StatusOf(*settler, 0).circuit == CircuitState::kOpen);
  CHECK_FALSE(StatusOf(*settler, 0).available);
  CHECK(StatusOf(*settler, 0).last_error == "refused: not now");
  CHECK(Must(settler->FlushAndClaim()).saved == 8);
  CHECK(Must(settler->FlushAndClaim()).claimed == 0);
  // The released refunds are due, so that another process can settle them.
  CHECK(world.Load(made.back()->id)->due_time == world.clock.Now());

  world.clock.Advance(world.settlement.circuit.open);
  CHECK(StatusOf(*settler, 0).circuit == CircuitState::kHalfOpen);
  CHECK(Must(settler->FlushAndClaim()).claimed == world.settlement.circuit.probes);
  CHECK(TwoProviders::Drain(*settler, 0) == world.settlement.circuit.probes);
  CHECK(StatusOf(*settler, 0).circuit == CircuitState::kClosed);
  while (TwoProviders::Drain(*settler, 0) > 0) {
  }
  for (const Refund& refund : made) CHECK(world.StateOf(refund) == RefundState::kSucceeded);
  CHECK(world.payments.moved.size() == made.size());
}

TEST_CASE("A provider that rejects its configuration is misconfigured until a response shows otherwise") {
  TwoProviders world;
  const Refund refund = world.RefundThrough(world.payments);
  world.payments.script = {Payments::Refused(OutcomeKind::kConfig)};
  const auto settler = world.Settler({&world.payments, &world.stripe});
  Must(settler->FlushAndClaim().status());
  CHECK(TwoProviders::Drain(*settler, 0) == 1);
  CHECK(StatusOf(*settler, 0).misconfigured);
  CHECK(StatusOf(*settler, 0).circuit == CircuitState::kOpen);
  CHECK_FALSE(StatusOf(*settler, 1).misconfigured);
  CHECK(StatusOf(*settler, 1).available);

  world.clock.Advance(absl::Minutes(15));
  Must(settler->FlushAndClaim().status());
  CHECK(TwoProviders::Drain(*settler, 0) == 1);
  CHECK_FALSE(StatusOf(*settler, 0).misconfigured);
  CHECK(world.StateOf(refund) == RefundState::kSucceeded);
}

TEST_CASE("A refund that alone fails again and again does not open the circuit") {
  TwoProviders world;
  world.settlement.circuit.min_calls = 2;
  world.settlement.max_delay = absl::Seconds(1);
  const Refund poison = world.RefundThrough(world.payments);
  const auto settler = world.Settler({&world.payments});
  world.payments.script = {Payments::Unknown()};
  Must(settler->FlushAndClaim().status());
  CHECK(TwoProviders::Drain(*settler, 0) == 1);
  for (int i = 0; i < 5; ++i) {
    world.RefundThrough(world.payments);
    Must(settler->FlushAndClaim().status());
    TwoProviders::Drain(*settler, 0);
    world.clock.Set(std::max(world.clock.Now(), *world.Load(poison->id)->due_time));
    world.payments.script = {Payments::Unknown()};
    Must(settler->FlushAndClaim().status());
    CHECK(TwoProviders::Drain(*settler, 0) == 1);
    CHECK(StatusOf(*settler, 0).circuit == CircuitState::kClosed);
  }
}

TEST_CASE("The status of a provider counts its calls by outcome") {
  TwoProviders world;
  world.RefundsThrough(world.payments, 3);
  world.payments.script = {Payments::Failed(), Payments::Unknown()};
  const auto settler = world.Settler({&world.payments, &world.stripe});
  Must(settler->FlushAndClaim().status());
  TwoProviders::Drain(*settler, 0);
  const PaymentProviderStatus status = StatusOf(*settler, 0);
  CHECK(status.name == "recorded");
  CHECK(status.CountOf(OutcomeKind::kSucceeded) == 1);
  CHECK(status.CountOf(OutcomeKind::kFailed) == 1);
  CHECK(status.CountOf(OutcomeKind::kUnknown) == 1);
  CHECK(status.last_error == "timeout: no answer");
  CHECK(StatusOf(*settler, 1) == PaymentProviderStatus{.name = "stripe"});
}

TEST_CASE("Providers are probed once at start, and again while their circuit is not closed") {
  TwoProviders world;
  const auto settler = world.Settler({&world.payments, &world.stripe});
  world.stripe.probe = Payments::Refused(OutcomeKind::kConfig);
  settler->ProbeProviders();
  settler->ProbeProviders();
  CHECK(world.payments.probes == 1);
  CHECK(world.stripe.probes == 2);
  CHECK(world.log.Count("payment_provider.unusable") == 2);
  CHECK(StatusOf(*settler, 0) == PaymentProviderStatus{.name = "recorded"});
  CHECK(StatusOf(*settler, 1).misconfigured);
  CHECK(StatusOf(*settler, 1).circuit == CircuitState::kOpen);

  world.stripe.probe.reset();
  settler->ProbeProviders();
  CHECK_FALSE(StatusOf(*settler, 1).misconfigured);
  CHECK(StatusOf(*settler, 1).circuit == CircuitState::kHalfOpen);
  const Refund refund = world.RefundThrough(world.stripe);
  Must(settler->FlushAndClaim().status());
  CHECK(TwoProviders::Drain(*settler, 1) == 1);
  CHECK(world.StateOf(refund) == RefundState::kSucceeded);
}

TEST_CASE("A stopping process makes the claimed refunds due that it did not attempt, and claims no more") {
  TwoProviders world;
  const std::vector<Refund> made = world.RefundsThrough(world.payments, 3);
  const auto settler = world.Settler({&world.payments});
  Must(settler->FlushAndClaim().status());
  CHECK(settler->SettleNext(0));
  settler->Stop();
  CHECK_FALSE(settler->SettleNext(0));
  CHECK_FALSE(settler->WaitForOutcomes(absl::InfiniteDuration()));
  settler->WaitForReady(0, absl::InfiniteDuration());
  CHECK(Must(settler->FlushAndClaim()).claimed == 0);
  Must(settler->Close());
  CHECK(world.StateOf(made[0]) == RefundState::kSucceeded);
  CHECK(world.Settle() == 2);
  for (const Refund& refund : made) CHECK(world.StateOf(refund) == RefundState::kSucceeded);
}

}  // namespace
}  // namespace keelson
