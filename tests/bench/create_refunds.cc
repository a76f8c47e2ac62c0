#include "tests/bench/create_refunds.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "core/common/id.h"
#include "core/refunds/create_refund.h"

namespace keelson {

absl::Status CreateRefunds(Store& store, const Seed& seed, int count, int callers) {
  SystemClock clock;
  SystemEntropy entropy;
  IdGenerator ids(clock, entropy);
  const RefundPolicies policies{RefundPolicy{}};
  CreateRefund create_refund(store, clock, ids, policies);
  std::atomic<int> next = 0;
  std::atomic<int> made = 0;
  const auto call = [&] {
    for (int i = next++; i < count; i = next++) {
      CallContext context;
      context.correlation_id = ids.Next<MessageKind>().ToString();
      CreateRefundCommand command;
      command.request_id = absl::StrCat("bench-refund-", i);
      command.order_id = seed.order_ids[static_cast<std::size_t>(i) % seed.order_ids.size()];
      command.scope.scope = Amount{"EUR", 1};
      command.reason = RefundReason::kRequestedByCustomer;
      if (create_refund.Handle(context, command).ok()) ++made;
    }
  };
  {
    std::vector<std::jthread> running;
    for (int i = 0; i < callers; ++i) running.emplace_back(call);
  }
  return made == count ? absl::OkStatus() : absl::InternalError("CreateRefund rejected some refunds");
}

}  // namespace keelson
