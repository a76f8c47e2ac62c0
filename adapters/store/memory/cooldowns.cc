#include "adapters/store/memory/cooldowns.h"

#include "adapters/store/memory/expired_rows.h"

namespace keelson {

absl::StatusOr<bool> MemoryCooldowns::TryStart(const Fingerprint& key, absl::Time now, absl::Time until) {
  const absl::Time* cools = until_.Find(key);
  if (cools != nullptr && now < *cools) return false;
  until_.Put(key, until);
  return true;
}

absl::Status MemoryCooldowns::Delete(const Fingerprint& key) {
  until_.Erase(key);
  return absl::OkStatus();
}

int MemoryCooldowns::DeleteExpired(absl::Time now, int limit) {
  const std::vector<Fingerprint> expired =
      ListExpired(until_, limit, [&](absl::Time until) { return until < now; });
  for (const Fingerprint& key : expired) until_.Erase(key);
  return static_cast<int>(expired.size());
}

std::vector<Cooldown> MemoryCooldowns::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(until_.rows(), FingerprintInKey(after), limit,
                            [](const Fingerprint& key, absl::Time until) {
                              return Cooldown{key, until};
                            });
}

absl::Status MemoryCooldowns::Insert(const Cooldown& cooldown) {
  if (until_.Find(cooldown.key) != nullptr)
    return journal_.Fail(absl::InternalError("a cooldown with this key already exists"));
  until_.Put(cooldown.key, cooldown.until);
  return absl::OkStatus();
}

}  // namespace keelson
