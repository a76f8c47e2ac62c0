#pragma once

#include <string>
#include <vector>

#include "adapters/store/memory/table.h"
#include "core/store/export/rows.h"
#include "core/store/setting_repository.h"

namespace keelson {

class MemorySettings : public SettingRepository {
 public:
  explicit MemorySettings(Journal& journal) : journal_(journal), values_(journal) {}

  Found<std::string> Find(std::string_view name) override;
  absl::StatusOr<std::string> FindOrInsert(std::string_view name, std::string_view value) override;
  // Returns INTERNAL if the setting exists.
  absl::Status Insert(std::string_view name, std::string_view value);
  // Inserts the setting or replaces its value.
  void Put(std::string_view name, std::string_view value) {
    values_.Put(std::string(name), std::string(value));
  }
  void Erase(std::string_view name) { values_.Erase(std::string(name)); }

  // The result does not contain the checkpoint of an incomplete transfer.
  std::vector<Setting> ListAfter(std::string_view after, int limit) const;

 private:
  Journal& journal_;
  Table<std::string, std::string> values_;
};

}  // namespace keelson
