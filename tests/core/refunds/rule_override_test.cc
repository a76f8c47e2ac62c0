#include "core/refunds/rule_override.h"

#include <catch2/catch.hpp>

#include "core/refunds/create_refund.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

const RuleOverride kLate{{"WITHIN_WINDOW"}, "the parcel was lost for a month"};

// A world with a delivered order whose refund window has closed, and a caller who is an approver.
struct LateReturn {
  LateReturn() {
    world.context.is_approver = true;
    world.clock.Advance(world.refunds.window + absl::Hours(1));
  }

  CreateRefundCommand Command(const RuleOverride& rule_override, std::string request_id = "") const {
    return {std::move(request_id), order->id.ToString(), AmountOf(1000), RefundReason::kOther, "", {},
            rule_override};
  }
  absl::StatusOr<Refund> Create(const CreateRefundCommand& command) {
    const RefundPolicies policies(world.refunds);
    return CreateRefund(world.store, world.clock, world.ids, policies).Handle(world.context, command);
  }
  absl::StatusOr<RefundCheck> Check(const RuleOverride& rule_override,
                                    RefundReason reason = RefundReason::kOther) {
    const RefundPolicies policies(world.refunds);
    return CheckRefund(world.store, world.clock, policies)
        .Handle(world.context, {order->id.ToString(), AmountOf(1000), reason, rule_override});
  }

  World world;
  const Order order = world.Delivered();
};

TEST_CASE("An approver overrides a rule, and the refund and its event name the rule") {
  LateReturn late;
  CHECK(ReasonOf(late.Create(late.Command({}))) == "REFUND_NOT_ALLOWED");
  const Refund refund = Must(late.Create(late.Command({{"REFUNDS_LEFT", "WITHIN_WINDOW"}, kLate.note})));
  // REFUNDS_LEFT passes by itself.
  CHECK(refund->overridden_rules == "WITHIN_WINDOW");
  CHECK(refund->override_note == kLate.note);
  CHECK(late.world.Load(refund->id).fields() == refund.fields());
  const std::string payload = late.world.Events().back().payload;
  CHECK_THAT(payload, Catch::Contains(R"("overridden_rules":"WITHIN_WINDOW"})"));
  CHECK_THAT(payload, !Catch::Contains(kLate.note));
}

TEST_CASE("An override that no rule needs leaves no trace on the refund") {
  LateReturn late;
  late.world.refunds.window = absl::Hours(9999);
  const Refund refund = Must(late.Create(late.Command(kLate)));
  CHECK(refund->overridden_rules.empty());
  CHECK(refund->override_note.empty());
  CHECK_THAT(late.world.Events().back().payload, !Catch::Contains("overridden_rules"));
}

TEST_CASE("CheckRefund returns the verdicts with the override") {
  LateReturn late;
  CHECK_FALSE(Must(late.Check({})).judgement.allowed);
  const RefundCheck check = Must(late.Check(kLate));
  CHECK(check.judgement.allowed);
  CHECK(OverriddenRules(check.judgement.verdicts) == "WITHIN_WINDOW");
}

TEST_CASE("An override without the role approver is rejected, and changes nothing") {
  LateReturn late;
  late.world.context.is_approver = false;
  late.world.NewEvents();
  for (const absl::Status& status : {late.Create(late.Command(kLate)).status(), late.Check(kLate).status()}) {
    CHECK(absl::IsPermissionDenied(status));
    CHECK(ReasonOf(status) == "CALLER_NOT_ALLOWED");
    CHECK(Fact(status, "role") == "approver");
    CHECK(Fact(status, "caller") == "web");
  }
  CHECK(late.world.NewEvents().empty());
  CHECK(ReasonOf(late.Create(late.Command({}))) == "REFUND_NOT_ALLOWED");
}

TEST_CASE("Every invalid field of an override is reported") {
  LateReturn late;
  const auto faults = [&](const RuleOverride& rule_override) {
    const Fields fields = BadFields(late.Create(late.Command(rule_override)));
    CHECK(BadFields(late.Check(rule_override)) == fields);
    return fields;
  };
  CHECK(faults({{"ORDER_STATE", "within_window", "WITHIN_WINDOW", "WITHIN_WINDOW", ""}, "why"}) ==
        Fields{"rule_override.rules[0]", "rule_override.rules[1]", "rule_override.rules[3]",
               "rule_override.rules[4]"});
  for (const std::string& bad :
       {std::string(), std::string(" \t"), std::string(501, 'n'), std::string("a\nb")}) {
    CAPTURE(bad);
    const Fields fields = faults({{"WITHIN_WINDOW"}, bad});
    REQUIRE_FALSE(fields.empty());
    CHECK(fields.front() == "rule_override.note");
  }
  CHECK(faults({{}, "a note without a rule"}) == Fields{"rule_override.note"});
  CHECK(faults({{"WITHIN_WINDOW"}, std::string(500, 'n')}).empty());
}

TEST_CASE("The override is part of the content of a repeated call") {
  LateReturn late;
  const Refund first = Must(late.Create(late.Command(kLate, "request-1")));
  CHECK(Must(late.Create(late.Command(kLate, "request-1"))).fields() == first.fields());
  for (const RuleOverride& other : {RuleOverride{}, RuleOverride{{"WITHIN_WINDOW"}, "another note"},
                                    RuleOverride{{"WITHIN_WINDOW", "REFUNDS_LEFT"}, kLate.note}}) {
    CHECK(ReasonOf(late.Create(late.Command(other, "request-1"))) == "REQUEST_ID_REUSED");
  }
  // The role is checked on every call.
  late.world.context.is_approver = false;
  CHECK(ReasonOf(late.Create(late.Command(kLate, "request-1"))) == "CALLER_NOT_ALLOWED");
}

TEST_CASE("The terms of the reason judge a refund") {
  LateReturn late;
  RefundTerms patient = late.world.refunds;
  patient.window = absl::Hours(9999);
  patient.approval_above[*Currency::Parse("EUR")] = 999;
  late.world.refunds.by_reason[RefundReason::kDefective] = patient;
  CHECK_FALSE(Must(late.Check({}, RefundReason::kUnspecified)).judgement.allowed);
  CHECK_FALSE(Must(late.Check({}, RefundReason::kOther)).judgement.allowed);
  const RefundCheck defective = Must(late.Check({}, RefundReason::kDefective));
  CHECK(defective.judgement.allowed);
  CHECK(defective.judgement.needs_approval);
  CreateRefundCommand command = late.Command({});
  CHECK(ReasonOf(late.Create(command)) == "REFUND_NOT_ALLOWED");
  command.reason = RefundReason::kDefective;
  CHECK(Must(late.Create(command))->state == RefundState::kRequested);
}

TEST_CASE("By default, goods that did not arrive are refunded before the delivery") {
  World world;
  world.refunds = DefaultRefundPolicy();
  const RefundPolicies policies(world.refunds);
  CheckRefund check(world.store, world.clock, policies);
  const Order order = Must(world.Ship(world.Paid()));
  const auto allowed = [&](RefundReason reason) {
    return Must(check.Handle(world.context, {order->id.ToString(), Everything(), reason})).judgement.allowed;
  };
  CHECK(allowed(RefundReason::kNotReceived));
  CHECK_FALSE(allowed(RefundReason::kDefective));
  CHECK_FALSE(allowed(RefundReason::kOrderCancelled));
}

}  // namespace
}  // namespace keelson
