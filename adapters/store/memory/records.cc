#include "adapters/store/memory/records.h"

#include <algorithm>

#include "adapters/store/memory/expire.h"
#include "core/common/found.h"
#include "core/store/export/bulk.h"

namespace keelson {

absl::Status MemoryEvents::Append(const Event& event) {
  Event numbered = event;
  numbered.sequence = static_cast<std::int64_t>(events_.size()) + 1;
  numbered.hash = ChainedHash(events_.empty() ? Sha256Digest{} : events_.back().hash, numbered);
  events_.push_back(std::move(numbered));
  journal_.Record([this] { events_.pop_back(); });
  return absl::OkStatus();
}

absl::Status MemoryEvents::InsertNumbered(const Event& event) {
  if (event.sequence != static_cast<std::int64_t>(events_.size()) + 1) {
    return journal_.Fail(absl::InternalError("events must follow on each other"));
  }
  events_.push_back(event);
  journal_.Record([this] { events_.pop_back(); });
  return absl::OkStatus();
}

std::vector<Event> MemoryEvents::ListRowsAfter(std::string_view after, int limit) const {
  return ListFrom(NumberInKey(after), limit);
}

absl::StatusOr<std::vector<Event>> MemoryEvents::ListAfter(std::int64_t sequence, int limit) {
  return ListFrom(sequence, limit);
}

Found<Event> MemoryEvents::FindLast() {
  return events_.empty() ? std::nullopt : std::optional<Event>(events_.back());
}

std::vector<Event> MemoryEvents::ListFrom(std::int64_t sequence, int limit) const {
  const auto size = static_cast<std::int64_t>(events_.size());
  const std::int64_t begin = std::clamp<std::int64_t>(sequence, 0, size);
  const std::int64_t count = std::clamp<std::int64_t>(limit, 0, size - begin);
  return std::vector<Event>(events_.begin() + begin, events_.begin() + begin + count);
}

Found<IdempotencyRecord> MemoryIdempotency::Find(const Fingerprint& key) {
  const IdempotencyRecord* record = records_.Find(key);
  return record ? std::optional<IdempotencyRecord>(*record) : std::nullopt;
}

absl::Status MemoryIdempotency::Insert(const IdempotencyRecord& record) {
  if (records_.Find(record.key) != nullptr) return journal_.Fail(absl::InternalError("the answer exists"));
  records_.Put(record.key, record);
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

Found<std::string> MemorySettings::Find(std::string_view name) {
  const std::string* value = values_.Find(std::string(name));
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

absl::Status MemorySettings::Insert(std::string_view name, std::string_view value) {
  const std::string key(name);
  if (values_.Find(key) != nullptr) return journal_.Fail(absl::InternalError("the setting exists"));
  values_.Put(key, std::string(value));
  return absl::OkStatus();
}

std::vector<Setting> MemorySettings::ListAfter(std::string_view after, int limit) const {
  std::map<std::string, std::string> settings = values_.rows();
  settings.erase(std::string(kTransferCheckpoint));
  return keelson::ListAfter(settings, after.empty() ? std::nullopt : std::optional(std::string(after)), limit,
                            [](const std::string& name, const std::string& value) {
                              return Setting{name, value};
                            });
}

}  // namespace keelson
