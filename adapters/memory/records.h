// Events, answers and settings.
#pragma once

#include <string>
#include <vector>

#include "adapters/memory/table.h"
#include "core/common/store.h"

namespace keelson {

class MemoryEvents : public EventRepository, public EventReader {
 public:
  explicit MemoryEvents(Journal& journal) : journal_(journal) {}

  absl::Status Append(const Event& event) override;
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;

 private:
  Journal& journal_;
  std::vector<Event> events_;
};

class MemoryIdempotency : public IdempotencyRepository {
 public:
  explicit MemoryIdempotency(Journal& journal) : journal_(journal), records_(journal) {}

  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;
  // At most `limit` from before `before`; how many.
  int DeleteExpired(absl::Time before, int limit);

 private:
  Journal& journal_;
  Table<Fingerprint, IdempotencyRecord> records_;
};

class MemorySettings : public SettingRepository {
 public:
  explicit MemorySettings(Journal& journal) : journal_(journal), values_(journal) {}

  Found<std::string> Find(std::string_view name) override;
  absl::Status Insert(std::string_view name, std::string_view value) override;

 private:
  Journal& journal_;
  Table<std::string, std::string> values_;
};

}  // namespace keelson
