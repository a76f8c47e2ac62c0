#include "adapters/store/memory/idempotency.h"

#include "adapters/store/memory/expired_rows.h"

namespace keelson {

Found<IdempotencyRecord> MemoryIdempotency::Find(const Fingerprint& key) {
  const IdempotencyRecord* record = records_.Find(key);
  return record ? std::optional<IdempotencyRecord>(*record) : std::nullopt;
}

absl::Status MemoryIdempotency::Insert(const IdempotencyRecord& record) {
  if (records_.Find(record.key) != nullptr) {
    return journal_.Fail(absl::InternalError("an idempotency record with this request id already exists"));
  }
  records_.Put(record.key, record);
  return absl::OkStatus();
}

absl::Status MemoryIdempotency::EraseUser(UserId user_id) {
  std::vector<IdempotencyRecord> records;
  for (const auto& [key, record] : records_.rows()) {
    if (record.user_id == user_id) records.push_back({key, {}, "", record.create_time, user_id});
  }
  for (const IdempotencyRecord& record : records) records_.Put(record.key, record);
  return absl::OkStatus();
}

int MemoryIdempotency::DeleteExpired(absl::Time before, int limit) {
  const std::vector<Fingerprint> expired = ListExpired(
      records_, limit, [&](const IdempotencyRecord& record) { return record.create_time < before; });
  for (const Fingerprint& key : expired) records_.Erase(key);
  return static_cast<int>(expired.size());
}

std::vector<IdempotencyRecord> MemoryIdempotency::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(records_.rows(), FingerprintInKey(after), limit,
                            [](const Fingerprint&, const IdempotencyRecord& record) { return record; });
}

}  // namespace keelson
