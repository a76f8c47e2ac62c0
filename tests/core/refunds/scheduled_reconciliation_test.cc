// Tests the regular reconciliation: its schedule, its status, and that it continues after a failure.
#include "core/refunds/scheduled_reconciliation.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;

struct ScheduledWorld {
  std::unique_ptr<ScheduledReconciliation> Make(absl::Duration interval) {
    return std::make_unique<ScheduledReconciliation>(
        ScheduledReconciliation::Ports{store, world.clock, world.entropy, world.ids, world.log},
        std::vector<PaymentProvider*>{&world.payments}, world.settlement,
        ReconciliationPolicy{.interval = interval, .window = absl::Hours(72)});
  }
  // A refund that is pending at the provider for longer than a reconciliation interval.
  RefundId PendingRefund() {
    world.clock.Advance(absl::Seconds(1));
    const Refund made = Must(world.Refunded(world.Delivered(), Everything()));
    world.payments.script = {Payments::Pending("re_1", absl::Hours(20))};
    CHECK(world.Settle() == 1);
    return made->id;
  }

  World world;
  FailingStore store{world.store};
};

void RunToEnd(ScheduledReconciliation& reconciliation) {
  while (Must(reconciliation.Handle())) {
  }
}

TEST_CASE("The first reconciliation starts after a delay, the next ones after the interval") {
  ScheduledWorld w;
  const auto reconciliation = w.Make(absl::Hours(1));
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().runs == 0);
  w.world.clock.Advance(ScheduledReconciliation::kFirstDelay - absl::Seconds(1));
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().runs == 0);
  w.world.clock.Advance(absl::Seconds(1));
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().runs == 1);
  CHECK(reconciliation->LastReconciliation().finish_time == w.world.clock.Now());
  w.world.clock.Advance(absl::Minutes(59));
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().runs == 1);
  w.world.clock.Advance(absl::Minutes(1));
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().runs == 2);
}

TEST_CASE("A reconciliation repairs what it may, reports the rest, and forgets it once it is gone") {
  ScheduledWorld w;
  const RefundId paid = w.PendingRefund();
  const RefundId lost = w.PendingRefund();
  const auto reconciliation = w.Make(absl::Minutes(1));
  // The newer refund is compared first.
  PaymentOutcome not_found;
  not_found.kind = PaymentOutcome::Kind::kNotFound;
  w.world.payments.found = {not_found, {PaymentOutcome::Kind::kSucceeded, "re_1"}};
  w.world.clock.Advance(absl::Minutes(1));
  RunToEnd(*reconciliation);
  ReconciliationStatus status = reconciliation->LastReconciliation();
  CHECK(status.runs == 1);
  // The repaired refund is compared again, because it now belongs to the settled ones.
  CHECK(status.last.compared == 3);
  CHECK(status.last.repaired == 1);
  CHECK(status.last.differences == 1);
  CHECK(status.repaired == 1);
  CHECK(w.world.Load(paid)->state == RefundState::kSucceeded);
  CHECK(w.world.Load(lost)->state == RefundState::kProcessing);
  CHECK(w.world.log.Count("refund.difference") == 2);
  CHECK(w.world.log.Count("payments.reconciled") == 1);

  w.world.payments.found = {Payments::Pending("re_1"), {PaymentOutcome::Kind::kSucceeded, "re_1"}};
  w.world.clock.Advance(absl::Minutes(1));
  RunToEnd(*reconciliation);
  status = reconciliation->LastReconciliation();
  CHECK(status.runs == 2);
  CHECK(status.last.differences == 0);
  CHECK(status.last.repaired == 0);
  CHECK(status.repaired == 1);
}

TEST_CASE("A reconciliation continues at the same refund after a failure of the store") {
  ScheduledWorld w;
  w.PendingRefund();
  const RefundId paid = w.PendingRefund();
  const auto reconciliation = w.Make(absl::Minutes(1));
  w.world.clock.Advance(absl::Minutes(1));
  w.store.failure = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(reconciliation->Handle().status()));
  w.store.failure = absl::OkStatus();
  w.world.payments.found = {Payments::Pending("re_1"), Payments::Pending("re_1")};
  CHECK(Must(reconciliation->Handle()));
  w.store.failure = absl::UnavailableError("away");
  // The page has been read, and the provider's answer needs no write.
  CHECK(Must(reconciliation->Handle()));
  CHECK(absl::IsUnavailable(reconciliation->Handle().status()));
  w.store.failure = absl::OkStatus();
  RunToEnd(*reconciliation);
  CHECK(reconciliation->LastReconciliation().last.compared == 2);
  CHECK(w.world.payments.searched.size() == 2);
  CHECK(w.world.Load(paid)->state == RefundState::kProcessing);
}

TEST_CASE("After Stop, a reconciliation does not continue") {
  ScheduledWorld w;
  w.PendingRefund();
  const auto reconciliation = w.Make(absl::Minutes(1));
  w.world.clock.Advance(absl::Minutes(1));
  reconciliation->Stop();
  CHECK_FALSE(Must(reconciliation->Handle()));
  CHECK(w.world.payments.searched.empty());
  CHECK(reconciliation->LastReconciliation().runs == 0);
}

}  // namespace
}  // namespace keelson
