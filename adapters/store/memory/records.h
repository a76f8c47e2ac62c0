// Events, answers and settings.
#pragma once

#include <string>
#include <vector>

#include "adapters/store/memory/table.h"
#include "core/events/event_repository.h"
#include "core/store/export/rows.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"

namespace keelson {

class MemoryEvents : public EventRepository, public EventReader {
 public:
  explicit MemoryEvents(Journal& journal) : journal_(journal) {}

  absl::Status Append(const Event& event) override;
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

  std::vector<Event> ListRowsAfter(std::string_view after, int limit) const;
  // As it is; refused where it does not follow on the last.
  absl::Status InsertNumbered(const Event& event);

 private:
  std::vector<Event> ListFrom(std::int64_t sequence, int limit) const;

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

  std::vector<IdempotencyRecord> ListAfter(std::string_view after, int limit) const;

 private:
  Journal& journal_;
  Table<Fingerprint, IdempotencyRecord> records_;
};

class MemorySettings : public SettingRepository {
 public:
  explicit MemorySettings(Journal& journal) : journal_(journal), values_(journal) {}

  Found<std::string> Find(std::string_view name) override;
  absl::Status Insert(std::string_view name, std::string_view value) override;
  // In the place of its value before, if it has one.
  void Put(std::string_view name, std::string_view value) {
    values_.Put(std::string(name), std::string(value));
  }
  void Erase(std::string_view name) { values_.Erase(std::string(name)); }

  // But for the checkpoint of a copy.
  std::vector<Setting> ListAfter(std::string_view after, int limit) const;

 private:
  Journal& journal_;
  Table<std::string, std::string> values_;
};

}  // namespace keelson
