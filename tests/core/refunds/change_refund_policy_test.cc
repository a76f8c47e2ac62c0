#include "core/refunds/change_refund_policy.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

RefundPolicy WithWindow(absl::Duration window) {
  RefundPolicy policy = DefaultRefundPolicy();
  policy.window = window;
  return policy;
}

TEST_CASE("ToJson writes the policy's terms, and the terms of a reason that differ from them") {
  RefundPolicy policy;
  policy.approval_above = {{*Currency::Parse("EUR"), 5000}};
  policy.by_reason[RefundReason::kDefective] = policy;
  policy.by_reason[RefundReason::kOther] = policy;
  policy.by_reason[RefundReason::kOther].partial = false;
  policy.by_reason[RefundReason::kOther].states = {OrderState::kPaid, OrderState::kShipped};
  CHECK(ToJson(policy) == R"({"window":"720h","states":["DELIVERED"],"partial":true,"max_per_order":10,)"
                          R"("approval_above":{"EUR":5000},)"
                          R"("reasons":{"OTHER":{"states":["PAID","SHIPPED"],"partial":false}}})");
}

TEST_CASE("A change of the policy takes effect, and is recorded with the old and the new policy") {
  World world;
  const RefundPolicy before = WithWindow(absl::Hours(1));
  const RefundPolicy after = WithWindow(absl::Hours(99));
  RefundPolicies policies(before);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  ChangeRefundPolicy change(world.store, world.clock, policies);
  const Order order = world.Delivered();
  world.clock.Advance(absl::Hours(2));
  const CreateRefundCommand command{"", order->id.ToString(), Everything(), RefundReason::kOther, ""};
  CHECK(ReasonOf(create.Handle(world.context, command)) == "REFUND_NOT_ALLOWED");
  world.NewEvents();
  Must(change.Handle(after));
  CHECK(*policies.Current() == after);
  CHECK(ReasonOf(create.Handle(world.context, command)) == "OK");
  CHECK(world.NewEvents() == Fields{"refunds.policy_changed", "refund.requested"});
  const std::vector<Event> events = world.Events();
  const Event& event = events[events.size() - 2];
  CHECK(event.subject == "refunds");
  CHECK(event.actor == "system");
  CHECK(event.user_id.is_nil());
  CHECK(event.payload == "{\"old\":" + ToJson(before) + ",\"new\":" + ToJson(after) + "}");
}

TEST_CASE("The current policy is not recorded again") {
  World world;
  RefundPolicies policies(WithWindow(absl::Hours(1)));
  ChangeRefundPolicy change(world.store, world.clock, policies);
  Must(change.Handle(WithWindow(absl::Hours(1))));
  CHECK(world.Events().empty());
}

TEST_CASE("A policy that can't be recorded does not take effect, and a repeated call tries again") {
  World world;
  FailingStore store(world.store);
  RefundPolicies policies(WithWindow(absl::Hours(1)));
  ChangeRefundPolicy change(store, world.clock, policies);
  store.failure = MakeError(Reason::kStoreUnavailable, "the disk is full");
  CHECK(ReasonOf(change.Handle(WithWindow(absl::Hours(2)))) == "STORE_UNAVAILABLE");
  CHECK(*policies.Current() == WithWindow(absl::Hours(1)));
  CHECK(world.Events().empty());
  store.failure = absl::OkStatus();
  Must(change.Handle(WithWindow(absl::Hours(2))));
  CHECK(*policies.Current() == WithWindow(absl::Hours(2)));
  CHECK(world.NewEvents() == Fields{"refunds.policy_changed"});
}

}  // namespace
}  // namespace keelson
