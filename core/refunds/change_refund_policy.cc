#include "core/refunds/change_refund_policy.h"

#include <memory>
#include <utility>

#include "core/common/context.h"
#include "core/common/status_macros.h"
#include "core/events/event.h"
#include "core/events/event_repository.h"

namespace keelson {

absl::Status ChangeRefundPolicy::Handle(RefundPolicy policy) {
  const absl::MutexLock lock(&mutex_);
  const std::shared_ptr<const RefundPolicy> current = policies_.Current();
  if (policy == *current) return absl::OkStatus();
  RETURN_IF_ERROR(Record(*current, policy));
  policies_.Replace(std::make_shared<const RefundPolicy>(std::move(policy)));
  return absl::OkStatus();
}

absl::Status ChangeRefundPolicy::Record(const RefundPolicy& before, const RefundPolicy& after) {
  const CallContext context{std::string(kSystem), "", "", Deadline::After(kStoreTimeout)};
  const Event event = MakeEvent("refunds.policy_changed", "refunds", UserId(), context, clock_.Now(),
                                EventPayload().AddJson("old", ToJson(before)).AddJson("new", ToJson(after)));
  return store_.Write(context.deadline, [&](WriteTransaction& tx) { return tx.events().Append(event); });
}

}  // namespace keelson
