#include "adapters/store/memory/throttles.h"

#include "adapters/store/memory/expired_rows.h"
#include "adapters/store/memory/invariants.h"
#include "core/common/status_macros.h"

namespace keelson {

Found<Throttle> MemoryThrottles::FindForUpdate(const Fingerprint& key) {
  const Throttle* throttle = throttles_.Find(key);
  return throttle ? std::optional<Throttle>(*throttle) : std::nullopt;
}

absl::Status MemoryThrottles::Put(const Throttle& throttle) {
  RETURN_IF_ERROR(journal_.Fail(CheckInvariants(throttle)));
  throttles_.Put(throttle.key, throttle);
  return absl::OkStatus();
}

absl::Status MemoryThrottles::Delete(const Fingerprint& key) {
  throttles_.Erase(key);
  return absl::OkStatus();
}

int MemoryThrottles::DeleteExpired(absl::Time now, int limit) {
  const std::vector<Fingerprint> expired =
      ListExpired(throttles_, limit, [&](const Throttle& throttle) { return throttle.expire_time <= now; });
  for (const Fingerprint& key : expired) throttles_.Erase(key);
  return static_cast<int>(expired.size());
}

std::vector<Throttle> MemoryThrottles::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(throttles_.rows(), FingerprintInKey(after), limit,
                            [](const Fingerprint&, const Throttle& throttle) { return throttle; });
}

absl::Status MemoryThrottles::Insert(const Throttle& throttle) {
  if (throttles_.Find(throttle.key) != nullptr)
    return journal_.Fail(absl::InternalError("a throttle with this key already exists"));
  return Put(throttle);
}

}  // namespace keelson
