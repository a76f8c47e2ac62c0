// Tests the comparison of refunds with their payment providers: each difference, and what a repair may
// change.
#include "core/refunds/reconcile_refunds.h"

#include <catch2/catch.hpp>

#include "core/refunds/refund_pages.h"
#include "core/refunds/refund_repository.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;
using OutcomeKind = PaymentOutcome::Kind;

// A world whose only payment provider is its FakePaymentProvider.
struct ReconcileWorld {
  // Returns a refund of the whole order after one attempt with this outcome.
  Refund After(PaymentOutcome outcome) {
    world.payments.script = {std::move(outcome)};
    CHECK(world.Settle() == 1);
    world.NewEvents();
    return Stored();
  }
  Refund Stored() { return world.Load(made->id); }
  // Overwrites the stored refund, as a fault would.
  void Store(RefundFields fields) {
    Must(world.store.Write(Deadline::Never(),
                           [&](WriteTransaction& tx) { return tx.refunds().Update(Refund(fields)); }));
  }

  RefundComparison Compare(PaymentOutcome found, bool repairing = false) {
    world.payments.found = {std::move(found)};
    ReconcileRefunds reconcile(world.clock, {&world.payments}, world.settlement,
                               repairing ? &repair : nullptr);
    return Must(reconcile.Handle(Stored()));
  }
  std::string Difference(PaymentOutcome found) {
    const RefundComparison comparison = Compare(std::move(found));
    if (comparison.result == RefundComparison::Result::kNotCompared) return "NOT_COMPARED";
    return comparison.difference ? std::string(DifferenceName(*comparison.difference)) : "";
  }

  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  const RepairRefunds repair{world.store, world.clock, world.entropy, world.ids, world.settlement};
};

PaymentOutcome ProviderSays(OutcomeKind kind, std::string code = "") {
  PaymentOutcome outcome;
  outcome.kind = kind;
  outcome.code = std::move(code);
  outcome.provider_reference = kind == OutcomeKind::kSucceeded ? "re_1" : "";
  return outcome;
}

TEST_CASE("A PROCESSING refund differs if the provider has settled it, or has lost it") {
  ReconcileWorld w;
  w.After(Payments::Pending("re_1"));
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "NOT_SETTLED_PAID");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kFailed, "expired")) == "NOT_SETTLED_REJECTED");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kNotFound)) == "LOST_BY_PROVIDER");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kUnknown, "timeout")) == "NOT_COMPARED");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kUnreachable, "down")) == "NOT_COMPARED");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kConfig, "bad_key")) == "NOT_COMPARED");
  // The provider keeps no record to compare with.
  CHECK(w.Difference(ProviderSays(OutcomeKind::kUnknown, std::string(kNotSearchable))) == "");
}

TEST_CASE("A PROCESSING refund that the provider never accepted does not differ if the provider has none") {
  ReconcileWorld w;
  REQUIRE(w.After(Payments::Unknown())->provider_reference.empty());
  CHECK(w.Difference(ProviderSays(OutcomeKind::kNotFound)) == "");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "NOT_SETTLED_PAID");
  REQUIRE(w.world.payments.searched.size() == 2);
  CHECK(w.world.payments.searched[0].idempotency_key == w.made->id.ToString());
  CHECK(w.world.payments.searched_references[0].empty());
}

TEST_CASE("A PROCESSING refund differs if no attempt is scheduled in time") {
  ReconcileWorld w;
  RefundFields fields = w.After(Payments::Pending("re_1")).fields();
  fields.due_time = w.world.clock.Now() + absl::Hours(24) - absl::Seconds(1);
  w.Store(fields);
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "");
  fields.due_time = w.world.clock.Now() + absl::Hours(25);
  w.Store(fields);
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "NOT_DUE");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kUnreachable)) == "NOT_DUE");
  fields.due_time.reset();
  w.Store(fields);
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "NOT_DUE");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "NOT_SETTLED_PAID");
}

TEST_CASE("A SUCCEEDED refund differs unless the provider has paid it") {
  ReconcileWorld w;
  REQUIRE(w.After({OutcomeKind::kSucceeded, "re_1"})->state == RefundState::kSucceeded);
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kNotFound)) == "SUCCEEDED_NOT_FOUND");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kFailed, "returned")) == "SUCCEEDED_REJECTED");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "SUCCEEDED_PENDING");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kUnknown, "timeout")) == "NOT_COMPARED");
}

TEST_CASE("A FAILED refund differs if the provider has paid it, or will") {
  ReconcileWorld w;
  REQUIRE(w.After(Payments::Failed())->state == RefundState::kFailed);
  CHECK(w.Difference(ProviderSays(OutcomeKind::kFailed)) == "");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kNotFound)) == "");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "FAILED_PAID");
  CHECK(w.Difference(ProviderSays(OutcomeKind::kPending)) == "FAILED_PENDING");
}

TEST_CASE("Refunds that no provider can have are not asked for") {
  ReconcileWorld w;
  SECTION("not attempted") {}
  SECTION("a call is in progress") {
    const auto settler = w.world.Settler({&w.world.payments});
    CHECK(Must(settler->FlushAndClaim()).claimed == 1);
  }
  SECTION("a person pays") {
    w.world.payments.confirm = true;
    REQUIRE(AwaitsConfirmation(w.After(Payments::Pending("re_1")).fields()));
  }
  SECTION("paid by another system, without an id of the provider") {
    RefundFields fields = w.After({OutcomeKind::kSucceeded, "re_1"}).fields();
    fields.provider_reference.clear();
    w.Store(fields);
  }
  w.world.payments.searched.clear();
  CHECK(w.Difference(ProviderSays(OutcomeKind::kNotFound)) == "");
  CHECK(w.world.payments.searched.empty());
}

TEST_CASE("A refund of a provider that is not configured is not compared") {
  ReconcileWorld w;
  w.After(Payments::Pending("re_1"));
  FakePaymentProvider other("stripe");
  ReconcileRefunds reconcile(w.world.clock, {&other}, w.world.settlement, nullptr);
  const RefundComparison comparison = Must(reconcile.Handle(w.Stored()));
  CHECK(comparison.result == RefundComparison::Result::kNotCompared);
  CHECK(comparison.outcome.code == "PROVIDER_NOT_CONFIGURED");
  CHECK(reconcile.totals().not_compared == 1);
  CHECK(reconcile.totals().compared == 0);
}

TEST_CASE("The repair settles a refund that the provider has paid, with event and e-mail") {
  ReconcileWorld w;
  w.After(Payments::Pending("re_1"));
  const RefundComparison comparison = w.Compare(ProviderSays(OutcomeKind::kSucceeded), /*repairing=*/true);
  CHECK(comparison.repaired);
  CHECK(w.Stored()->state == RefundState::kSucceeded);
  CHECK(w.world.Load(w.order->id)->refunded == 3500);
  CHECK(w.world.NewEvents() == std::vector<std::string>{"refund.succeeded", "message.queued"});
  // Nothing is left to repair or to request.
  CHECK(w.Difference(ProviderSays(OutcomeKind::kSucceeded)) == "");
  CHECK(w.world.Settle() == 0);
}

TEST_CASE("The repair settles a refund that the provider has rejected, and releases its amount") {
  ReconcileWorld w;
  w.After(Payments::Pending("re_1"));
  CHECK(w.Compare(ProviderSays(OutcomeKind::kFailed, "expired"), /*repairing=*/true).repaired);
  CHECK(w.Stored()->state == RefundState::kFailed);
  CHECK(w.Stored()->failure_code == "expired");
  CHECK(w.world.Load(w.order->id)->refund_pending == 0);
}

TEST_CASE("The repair makes a refund due that is not scheduled") {
  ReconcileWorld w;
  RefundFields fields = w.After(Payments::Pending("re_1")).fields();
  fields.due_time.reset();
  w.Store(fields);
  CHECK(w.Compare(ProviderSays(OutcomeKind::kPending), /*repairing=*/true).repaired);
  CHECK(w.Stored()->due_time == w.world.clock.Now());
  CHECK(w.Stored()->state == RefundState::kProcessing);
  CHECK(w.world.Settle() == 1);
  CHECK(w.Stored()->state == RefundState::kSucceeded);
}

TEST_CASE("The repair never changes a refund that has ended, or that the provider has lost") {
  ReconcileWorld w;
  PaymentOutcome found;
  SECTION("lost") {
    w.After(Payments::Pending("re_1"));
    found = ProviderSays(OutcomeKind::kNotFound);
  }
  SECTION("succeeded here, failed there") {
    w.After({OutcomeKind::kSucceeded, "re_1"});
    found = ProviderSays(OutcomeKind::kFailed);
  }
  SECTION("succeeded here, unknown there") {
    w.After({OutcomeKind::kSucceeded, "re_1"});
    found = ProviderSays(OutcomeKind::kNotFound);
  }
  SECTION("failed here, paid there") {
    w.After(Payments::Failed());
    found = ProviderSays(OutcomeKind::kSucceeded);
  }
  const Refund before = w.Stored();
  const Order order = w.world.Load(w.order->id);
  const RefundComparison comparison = w.Compare(found, /*repairing=*/true);
  CHECK(comparison.result == RefundComparison::Result::kDifferent);
  CHECK_FALSE(comparison.repaired);
  CHECK(w.Stored().fields() == before.fields());
  CHECK(w.world.Load(w.order->id).fields() == order.fields());
  CHECK(w.world.NewEvents().empty());
}

TEST_CASE("The repair ignores a refund whose next attempt has begun since it was read") {
  ReconcileWorld w;
  const Refund read = w.After(Payments::Pending("re_1"));
  w.world.clock.Set(read->due_time.value());
  const auto settler = w.world.Settler({&w.world.payments});
  CHECK(Must(settler->FlushAndClaim()).claimed == 1);
  const Refund claimed = w.Stored();
  CHECK_FALSE(
      Must(w.repair.Handle(read, DifferenceKind::kNotSettledPaid, ProviderSays(OutcomeKind::kSucceeded))));
  CHECK_FALSE(Must(w.repair.Handle(read, DifferenceKind::kNotDue, ProviderSays(OutcomeKind::kPending))));
  CHECK(w.Stored().fields() == claimed.fields());
}

TEST_CASE("A provider that fails again and again is not called any more") {
  ReconcileWorld w;
  const Refund refund = w.After(Payments::Pending("re_1"));
  w.world.payments.found.assign(10, Payments::Refused(OutcomeKind::kUnreachable));
  ReconcileRefunds reconcile(w.world.clock, {&w.world.payments}, w.world.settlement, nullptr);
  for (int i = 0; i < 10; ++i) {
    CHECK(Must(reconcile.Handle(refund)).result == RefundComparison::Result::kNotCompared);
  }
  CHECK(w.world.payments.searched.size() == ReconcileRefunds::kMaxFailures);
  CHECK(reconcile.totals().not_compared == 10);
}

TEST_CASE("A provider that limits the rate is asked again") {
  ReconcileWorld w;
  const Refund refund = w.After(Payments::Pending("re_1"));
  w.world.payments.found = {Payments::Refused(OutcomeKind::kRetry, absl::Milliseconds(1)),
                            Payments::Refused(OutcomeKind::kRetry, absl::Milliseconds(1)),
                            Payments::Pending("re_1")};
  ReconcileRefunds reconcile(w.world.clock, {&w.world.payments}, w.world.settlement, nullptr);
  CHECK(Must(reconcile.Handle(refund)).result == RefundComparison::Result::kEqual);
  CHECK(w.world.payments.searched.size() == 3);
}

TEST_CASE("After Stop, no provider is called") {
  ReconcileWorld w;
  const Refund refund = w.After(Payments::Pending("re_1"));
  ReconcileRefunds reconcile(w.world.clock, {&w.world.payments}, w.world.settlement, nullptr);
  reconcile.Stop();
  CHECK(Must(reconcile.Handle(refund)).result == RefundComparison::Result::kNotCompared);
  CHECK(w.world.payments.searched.empty());
}

TEST_CASE("The pages contain every PROCESSING refund and the recently settled ones, each once") {
  World world;
  const auto refund_of = [&](PaymentOutcome outcome) {
    world.clock.Advance(absl::Seconds(1));
    const Refund made = Must(world.Refunded(world.Delivered(), Everything()));
    world.payments.script = {std::move(outcome)};
    CHECK(world.Settle() == 1);
    return made->id;
  };
  const RefundId old_pending = refund_of(Payments::Pending("re_1", absl::Hours(1000)));
  refund_of({OutcomeKind::kSucceeded, "re_2"});
  world.clock.Advance(absl::Hours(100));
  const RefundId succeeded = refund_of({OutcomeKind::kSucceeded, "re_3"});
  const RefundId failed = refund_of(Payments::Failed());
  Must(world.Refunded(world.Delivered(), Everything()));  // APPROVED

  StoredRefundPages pages(world.store, world.clock.Now() - absl::Hours(1));
  std::vector<RefundId> ids;
  for (std::vector<Refund> page = Must(pages.Next()); !page.empty(); page = Must(pages.Next())) {
    for (const Refund& refund : page) ids.push_back(refund->id);
  }
  CHECK(ids == std::vector<RefundId>{old_pending, failed, succeeded});
  CHECK(Must(pages.Next()).empty());
}

}  // namespace
}  // namespace keelson
