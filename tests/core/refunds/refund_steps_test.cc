#include "core/refunds/refund_steps.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "core/common/etag.h"
#include "core/common/strings.h"
#include "core/refunds/refund_rules.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

// A world with a refund of 20.00 EUR that waits for approval.
struct Waiting {
  Waiting() {
    world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
    order = world.Delivered();
    refund = Must(world.Refunded(*order, Units("1", 2)));
    REQUIRE((*refund)->state == RefundState::kRequested);
    world.NewEvents();
    world.clock.Advance(absl::Hours(1));
  }

  Order Reloaded() { return world.Load((*order)->id); }

  World world;
  std::optional<Order> order;
  std::optional<Refund> refund;
};

// Fails a refund at the provider.
Refund Failed(World& world, const Refund& refund) {
  world.payments.script.push_back(FakePaymentProvider::Failed());
  CHECK(world.Settle() == 1);
  return world.Load(refund->id);
}

TEST_CASE("An approved refund is stored and paid out, and the owner is notified") {
  Waiting w;
  const Refund refund = Must(w.world.Approve(*w.refund, "seen the parcel"));
  CHECK(refund->state == RefundState::kApproved);
  CHECK(refund->decided_by == "boss");
  CHECK(refund->decision_note == "seen the parcel");
  CHECK(refund->decide_time == w.world.clock.Now());
  CHECK(w.world.Load(refund->id).fields() == refund.fields());
  CHECK(w.Reloaded()->refund_pending == 2000);
  CHECK(w.world.NewEvents() == Fields{"refund.approved", "message.queued"});
  const Message email = w.world.Outbox().back();
  CHECK(email.template_name == "refund_approved");
  CHECK(email.variables == TemplateVariables{{"order", (*w.order)->id.ToString()},
                                             {"amount", "20.00 EUR"},
                                             {"display_name", "Ada"}});
  CHECK(w.world.Settle() == 1);
  CHECK(w.Reloaded()->refunded == 2000);
}

TEST_CASE("The event of a decision names the order and the approver, and does not contain the note") {
  Waiting w;
  const std::string note = GENERATE("", "seen the parcel");
  Must(w.world.Approve(*w.refund, note).status());
  const std::vector<Event> events = w.world.Events();
  const auto event =
      std::find_if(events.begin(), events.end(), [](const Event& e) { return e.type == "refund.approved"; });
  REQUIRE(event != events.end());
  CHECK(event->actor == "boss");
  CHECK(event->payload == StrCat(R"({"order_id":")", (*w.order)->id.ToString(), R"(","has_note":)",
                                 note.empty() ? "false" : "true", "}"));
}

TEST_CASE("A rejected or cancelled refund releases its amount and its units") {
  struct Case {
    absl::StatusOr<Refund> (World::*end)(const Refund&, std::string);
    RefundState state;
    std::string actor;
    std::string event;
    std::string email;
  };
  const Case c =
      GENERATE(Case{&World::Reject, RefundState::kRejected, "boss", "refund.rejected", "refund_rejected"},
               Case{&World::Cancel, RefundState::kCancelled, "web", "refund.cancelled", "refund_cancelled"});
  Waiting w;
  const Refund refund = Must((w.world.*c.end)(*w.refund, "no parcel"));
  CHECK(refund->state == c.state);
  CHECK(refund->decided_by == c.actor);
  CHECK(refund->decision_note == "no parcel");
  CHECK(w.world.NewEvents() == Fields{c.event, "message.queued"});
  CHECK(w.world.Outbox().back().template_name == c.email);
  const Order order = w.Reloaded();
  CHECK(order->refund_pending == 0);
  CHECK(order->refund_count == 0);
  CHECK(order->lines[0].refunded_quantity == 0);
  CHECK(order->lines[0].refunded_amount == 0);
  CHECK(w.world.Settle() == 0);
  CHECK(Must(w.world.Refunded(order, Units("1", 3)))->amount == 3000);
}

TEST_CASE("The caller that requested a refund can't approve it") {
  Waiting w;
  w.world.approver.actor = w.world.context.actor;
  const absl::Status status = w.world.Approve(*w.refund).status();
  CHECK(ReasonOf(status) == "SELF_APPROVAL");
  CHECK(Fact(status, "requested_by") == "web");
  CHECK(w.world.Load((*w.refund)->id)->state == RefundState::kRequested);
  CHECK(w.world.NewEvents().empty());
}

TEST_CASE("A decided refund can't be decided again, and a PROCESSING refund can't be cancelled") {
  Waiting w;
  Must(w.world.Approve(*w.refund).status());
  CHECK(ReasonOf(w.world.Approve(*w.refund)) == "REFUND_STATE");
  CHECK(ReasonOf(w.world.Reject(*w.refund)) == "REFUND_STATE");
  w.world.payments.script = {FakePaymentProvider::Unknown()};
  CHECK(w.world.Settle() == 1);
  CHECK(ReasonOf(w.world.Cancel(*w.refund)) == "REFUND_STATE");
  CHECK(ReasonOf(w.world.Retry(*w.refund)) == "REFUND_STATE");
  CHECK(w.Reloaded()->refund_pending == 2000);
}

TEST_CASE("A refund that no e-mail announced is cancelled without an e-mail") {
  World world;
  const Refund refund = Must(world.Refunded(world.Delivered(), Units("1", 1)));
  world.NewEvents();
  Must(world.Cancel(refund).status());
  CHECK(world.NewEvents() == Fields{"refund.cancelled"});
}

TEST_CASE("A zero-amount refund is cancelled without an e-mail") {
  World world;
  const Refund refund = Must(world.Refunded(world.Delivered({LineOf(1, 0)}), Units("1", 1)));
  world.NewEvents();
  Must(world.Cancel(refund).status());
  CHECK(world.NewEvents() == Fields{"refund.cancelled"});
}

TEST_CASE("The decision on a refund of an erased user is recorded without an e-mail") {
  Waiting w;
  Must(w.world.Delete(w.world.Ada()).status());
  Must(w.world.Erase(w.world.Ada()).status());
  w.world.NewEvents();
  Must(w.world.Approve(*w.refund).status());
  CHECK(w.world.NewEvents() == Fields{"refund.approved"});
}

struct Call {
  std::string request_id;
  std::string id;
  std::string note;
  std::string etag;
};
struct Method {
  std::string_view name;
  std::function<absl::StatusOr<Refund>(World&, const Call&)> call;
};

template <typename UseCase>
absl::StatusOr<Refund> CallDecision(World& world, const Call& call) {
  return UseCase(world.store, world.clock, world.ids)
      .Handle(world.approver, {call.request_id, call.id, call.note, call.etag});
}

const Method kDecisions[] = {{"approve", CallDecision<ApproveRefund>},
                             {"reject", CallDecision<RejectRefund>},
                             {"cancel", CallDecision<CancelRefund>}};

TEST_CASE("A repeated decision with the same request id returns the first response and changes nothing") {
  for (const Method& method : kDecisions) {
    CAPTURE(method.name);
    Waiting w;
    const Call call{"d1", (*w.refund)->id.ToString(), "note", EtagOf((*w.refund)->version)};
    const Refund first = Must(method.call(w.world, call));
    w.world.NewEvents();
    CHECK(Must(method.call(w.world, call)).fields() == first.fields());
    CHECK(w.world.NewEvents().empty());
    CHECK(ReasonOf(method.call(w.world, {"d1", call.id, "another", call.etag})) == "REQUEST_ID_REUSED");
  }
}

TEST_CASE("A decision with an old etag, a bad field or an unknown refund changes nothing") {
  for (const Method& method : kDecisions) {
    CAPTURE(method.name);
    Waiting w;
    const std::string id = (*w.refund)->id.ToString();
    CHECK(ReasonOf(method.call(w.world, {"", id, "", "old"})) == "ETAG_MISMATCH");
    CHECK(BadFields(method.call(w.world, {std::string(129, 'x'), "x", std::string(501, 'x'), ""})) ==
          Fields{"note", "request_id", "id"});
    CHECK(BadFields(method.call(w.world, {"", id, "a\nb", ""})) == Fields{"note"});
    CHECK(ReasonOf(method.call(w.world, {"", "refund_01h455vb4pex5vsknk084sn02q", "", ""})) ==
          "REFUND_NOT_FOUND");
    CHECK(w.world.NewEvents().empty());
    CHECK(w.Reloaded()->refund_pending == 2000);
  }
}

TEST_CASE("A retried refund reserves the same amount and parts again, without an e-mail") {
  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Units("1", 2, true)));
  const Refund failed = Failed(world, made);
  REQUIRE(world.Load(order->id)->refund_pending == 0);
  world.NewEvents();
  const Refund refund = Must(world.Retry(failed));
  CHECK(refund->state == RefundState::kApproved);
  CHECK(refund.portion() == made.portion());
  CHECK(refund->retries == 1);
  CHECK(refund->attempts == 1);
  CHECK(refund->due_time == world.clock.Now());
  CHECK(world.Load(refund->id).fields() == refund.fields());
  CHECK(world.Load(order->id)->refund_pending == 2500);
  CHECK(world.Load(order->id)->lines[0].refunded_quantity == 2);
  CHECK(world.Load(order->id)->refunded_shipping == 500);
  CHECK(world.NewEvents() == Fields{"refund.retried"});
  CHECK(world.Events().back().payload ==
        StrCat(R"({"order_id":")", order->id.ToString(), R"(","retries":1,"state":"APPROVED"})"));
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 2500);
}

TEST_CASE("A retried refund waits for approval if its amount needs approval") {
  Waiting w;
  Must(w.world.Approve(*w.refund, "fine").status());
  const Refund failed = Failed(w.world, *w.refund);
  const Refund refund = Must(w.world.Retry(failed));
  CHECK(refund->state == RefundState::kRequested);
  CHECK(refund->decided_by.empty());
  CHECK(w.world.Settle() == 0);
  Must(w.world.Approve(refund).status());
  CHECK(w.world.Settle() == 1);
  CHECK(w.Reloaded()->refunded == 2000);
}

TEST_CASE("A refund can be retried only if the rules pass again") {
  World world;
  const Order order = world.Delivered();
  const Refund failed = Failed(world, Must(world.Refunded(order, Units("1", 2))));
  SECTION("the units have been refunded otherwise") {
    Must(world.Refunded(order, Units("1", 2)).status());
    const absl::Status status = world.Retry(failed).status();
    CHECK(ReasonOf(status) == "REFUND_NOT_ALLOWED");
    CHECK_THAT(std::string(status.message()), Catch::Contains("units left, fewer than the requested 2"));
  }
  SECTION("the amount has been refunded otherwise") {
    Must(world.Refunded(order, AmountOf(2000)).status());
    CHECK(ReasonOf(world.Retry(failed)) == "REFUND_NOT_ALLOWED");
  }
  SECTION("the window has closed") {
    world.clock.Advance(world.refunds.window + absl::Seconds(1));
    CHECK(ReasonOf(world.Retry(failed)) == "REFUND_NOT_ALLOWED");
  }
  CHECK(world.Load(failed->id).fields() == failed.fields());
}

TEST_CASE("A failed refund is retried with the same amounts although the share of its units has changed") {
  World world;
  const Order order = world.Delivered({LineOf(3, 333, 0, 1)});
  Must(world.Refunded(order, Units("1", 2)).status());
  const Refund last = Must(world.Refunded(order, Units("1", 1)));
  REQUIRE(last->amount == 334);
  world.payments.script = {FakePaymentProvider::Failed(), FakePaymentProvider::Failed()};
  CHECK(world.Settle() == 2);
  CHECK(Must(world.Retry(last))->amount == 334);
  CHECK(Must(world.Refunded(order, Units("1", 2)))->amount == 666);
  CHECK(world.Load(order->id)->lines[0].refunded_amount == 1000);
}

TEST_CASE("Rules that an approver overrode stay overridden in a retry") {
  World world;
  const Order order = world.Delivered();
  RefundFields fields = Failed(world, Must(world.Refunded(order, Everything()))).fields();
  world.clock.Advance(world.refunds.window + absl::Seconds(1));
  const RefundTerms& terms = world.refunds;
  CHECK_FALSE(JudgeRetry(world.Load(order->id), Refund(fields), terms, world.clock.Now()).allowed);
  fields.overridden_rules = "WITHIN_WINDOW,REFUNDS_LEFT";
  CHECK(JudgeRetry(world.Load(order->id), Refund(fields), terms, world.clock.Now()).allowed);
}

TEST_CASE("A repeated RetryRefund with the same request id retries the refund once") {
  World world;
  const Refund failed = Failed(world, Must(world.Refunded(world.Delivered(), Everything())));
  const RefundPolicies policies(world.refunds);
  RetryRefund retry(world.store, world.clock, policies);
  const RetryRefundCommand command{"r1", failed->id.ToString(), EtagOf(failed->version)};
  const Refund first = Must(retry.Handle(world.context, command));
  CHECK(Must(retry.Handle(world.context, command)).fields() == first.fields());
  CHECK(world.Load(failed->id)->retries == 1);
  CHECK(ReasonOf(retry.Handle(world.context, {"", command.id, command.etag})) == "ETAG_MISMATCH");
  CHECK(BadFields(retry.Handle(world.context, {"", "x", ""})) == Fields{"id"});
}

}  // namespace
}  // namespace keelson
