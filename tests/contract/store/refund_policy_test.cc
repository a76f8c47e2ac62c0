#include <atomic>

#include "core/refunds/change_refund_policy.h"
#include "core/refunds/create_refund.h"
#include "tests/contract/store/fixtures.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

// Allows only refunds of SHIPPED orders, which need approval.
RefundPolicy StrictPolicy() {
  RefundPolicy policy;
  policy.states = {OrderState::kShipped};
  policy.max_per_order = 10'000;
  policy.approval_above = {{*Currency::Parse("EUR"), 0}};
  return policy;
}

// Allows only refunds of DELIVERED orders, which need no approval.
RefundPolicy GenerousPolicy() {
  RefundPolicy policy;
  policy.max_per_order = 10'000;
  return policy;
}

STORE_TEST("while the policy changes, every refund obeys exactly one policy, and each change has an event") {
  constexpr int kChanges = 30;
  constexpr int kCreators = 4;
  World world(fixture.store());
  const Order shipped = Must(world.Ship(world.Paid()));
  const Order delivered = world.Delivered();
  RefundPolicies policies(StrictPolicy());
  ChangeRefundPolicy change(world.store, world.clock, policies);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  std::atomic<int> changed = 0;
  std::atomic<int> unexpected = 0;
  std::atomic<bool> changing = true;
  // Thread 0 changes the policy; the other threads create refunds until the last change.
  InParallel(1 + kCreators, [&](int thread) {
    for (int i = 0; thread == 0 && i < kChanges; ++i) {
      if (change.Handle(i % 2 == 0 ? GenerousPolicy() : StrictPolicy()).ok()) ++changed;
    }
    if (thread == 0) changing = false;
    while (changing) {
      for (const Order* order : {&shipped, &delivered}) {
        const auto refund = create.Handle(
            world.context, {"", (*order)->id.ToString(), AmountOf(1), RefundReason::kOther, ""});
        if (!refund.ok() && ReasonOf(refund) != "REFUND_NOT_ALLOWED") ++unexpected;
      }
    }
  });
  CHECK(changed == kChanges);
  CHECK(unexpected == 0);
  for (const Refund& refund : world.RefundsOf(shipped->id)) CHECK(refund->state == RefundState::kRequested);
  for (const Refund& refund : world.RefundsOf(delivered->id)) CHECK(refund->state == RefundState::kApproved);
  const std::string strict = ToJson(StrictPolicy());
  const std::string generous = ToJson(GenerousPolicy());
  int told = 0;
  for (const Event& event : world.Events()) {
    if (event.type != "refunds.policy_changed") continue;
    const bool to_generous = told++ % 2 == 0;
    CHECK(event.payload == "{\"old\":" + (to_generous ? strict : generous) +
                               ",\"new\":" + (to_generous ? generous : strict) + "}");
  }
  CHECK(told == kChanges);
  CHECK(*policies.Current() == StrictPolicy());
}

}  // namespace
}  // namespace keelson
