#include "core/refunds/confirm_refund.h"

#include <catch2/catch.hpp>

#include "core/common/etag.h"
#include "core/store/verify/verify_store.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

// A world with a refund of 12.00 EUR that a person must pay.
struct UnpaidRefund {
  UnpaidRefund() {
    world.payments.confirm = true;
    world.payments.script = {FakePaymentProvider::Pending("recorded_1")};
    CHECK(world.Settle() == 1);
    world.NewEvents();
  }

  absl::StatusOr<Refund> Confirm(ConfirmRefundCommand command = {}) {
    if (command.id.empty()) command.id = made->id.ToString();
    return ConfirmRefund(world.store, world.clock, world.ids).Handle(world.approver, command);
  }
  Refund Stored() { return world.Load(made->id); }

  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, AmountOf(1200)));
};

// Checks that `keelson verify` finds nothing.
void CheckValid(World& world) {
  const auto exporter = world.memory.OpenReader();
  VerifyStore verify(
      *exporter, [](const Finding& finding) { FAIL(finding.figures); }, [](const VerifyProgress&) {});
  CHECK(Must(verify.Handle()) == 0);
}

TEST_CASE("A refund of a provider that needs confirmation waits without polls and without an e-mail") {
  UnpaidRefund u;
  const Refund waiting = u.Stored();
  CHECK(waiting->state == RefundState::kProcessing);
  CHECK(waiting->failure_code == kAwaitingConfirmation);
  CHECK(waiting->provider_reference == "recorded_1");
  CHECK_FALSE(waiting->due_time.has_value());
  CHECK(u.world.Load(u.order->id)->refund_pending == 1200);
  for (const Message& message : u.world.Outbox()) CHECK(message.template_name != "refund_succeeded");
  u.world.clock.Advance(absl::Hours(10'000));
  CHECK(u.world.Settle() == 0);
  CHECK(u.world.payments.searched.empty());
  CheckValid(u.world);
}

TEST_CASE("A confirmed refund succeeds with the given reference, and the customer gets the e-mail") {
  UnpaidRefund u;
  u.world.clock.Advance(absl::Hours(1));
  const Refund refund = Must(u.Confirm({.provider_reference = " transfer-7 "}));
  CHECK(refund->state == RefundState::kSucceeded);
  CHECK(refund->provider_reference == "transfer-7");
  CHECK(refund->settle_time == u.world.clock.Now());
  CHECK(refund->failure_code.empty());
  CHECK(u.Stored().fields() == refund.fields());
  CHECK(u.world.Load(u.order->id)->refunded == 1200);
  CHECK(u.world.Load(u.order->id)->refund_pending == 0);
  CHECK(u.world.NewEvents() == Fields{"refund.succeeded", "message.queued"});
  const std::vector<Event> events = u.world.Events();
  CHECK(events[events.size() - 2].actor == "boss");
  CHECK(u.world.Outbox().back().template_name == "refund_succeeded");
  CHECK(u.world.Outbox().back().variables.at("amount") == "12.00 EUR");
  CheckValid(u.world);
}

TEST_CASE("A refund that is confirmed without a reference keeps the provider's reference") {
  UnpaidRefund u;
  CHECK(Must(u.Confirm())->provider_reference == "recorded_1");
}

TEST_CASE("A repeated confirmation returns the same refund, and another confirmation fails") {
  UnpaidRefund u;
  const ConfirmRefundCommand command{.request_id = "request-1", .provider_reference = "transfer-7"};
  const Refund refund = Must(u.Confirm(command));
  CHECK(Must(u.Confirm(command)).fields() == refund.fields());
  CHECK(u.world.NewEvents() == Fields{"refund.succeeded", "message.queued"});
  CHECK(ReasonOf(u.Confirm({.request_id = "request-1", .provider_reference = "transfer-8"})) ==
        "REQUEST_ID_REUSED");
  CHECK(ReasonOf(u.Confirm({.request_id = "request-2"})) == "REFUND_STATE");
}

TEST_CASE("A confirmation with an invalid field, an unknown id or another etag changes nothing") {
  UnpaidRefund u;
  CHECK(ReasonOf(u.Confirm({.provider_reference = std::string(256, 'x')})) == "FIELD_INVALID");
  CHECK(ReasonOf(u.Confirm({.id = "nonsense"})) == "FIELD_INVALID");
  CHECK(ReasonOf(u.Confirm({.id = RefundId(Uuid{1}).ToString()})) == "REFUND_NOT_FOUND");
  CHECK(ReasonOf(u.Confirm({.etag = EtagOf(u.Stored()->version + 1)})) == "ETAG_MISMATCH");
  CHECK(u.Stored()->state == RefundState::kProcessing);
  CHECK(u.world.NewEvents().empty());
  CHECK(Must(u.Confirm({.etag = EtagOf(u.Stored()->version)}))->state == RefundState::kSucceeded);
}

TEST_CASE("A refund that its provider settles can't be confirmed") {
  World world;
  const Order order = world.Delivered();
  const Refund refund = Must(world.Refunded(order, AmountOf(1200)));
  ConfirmRefund confirm(world.store, world.clock, world.ids);
  const ConfirmRefundCommand command{.id = refund->id.ToString()};
  CHECK(ReasonOf(confirm.Handle(world.approver, command)) == "REFUND_STATE");
  world.payments.script = {FakePaymentProvider::Pending()};
  CHECK(world.Settle() == 1);
  const absl::Status status = confirm.Handle(world.approver, command).status();
  CHECK(ReasonOf(status) == "REFUND_STATE");
  CHECK_THAT(std::string(status.message()), Catch::Contains("does not await confirmation"));
  CHECK(world.Load(refund->id)->state == RefundState::kProcessing);
  CHECK(world.Load(order->id)->refund_pending == 1200);
}

TEST_CASE("A refund that awaits confirmation can be cancelled instead, which releases its amount") {
  UnpaidRefund u;
  const Refund refund = Must(u.world.Cancel(u.made, "the account is closed"));
  CHECK(refund->state == RefundState::kCancelled);
  CHECK(refund->failure_code.empty());
  CHECK(u.world.Load(u.order->id)->refund_pending == 0);
  CHECK(u.world.NewEvents() == Fields{"refund.cancelled"});
  CHECK(ReasonOf(u.Confirm()) == "REFUND_STATE");
  CheckValid(u.world);
}

TEST_CASE("A refund can still be confirmed after its provider no longer needs confirmations") {
  UnpaidRefund u;
  u.world.payments.confirm = false;
  CHECK(u.world.Settle() == 0);
  CHECK(Must(u.Confirm())->state == RefundState::kSucceeded);
}

}  // namespace
}  // namespace keelson
