#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/store/setting_repository.h"

namespace keelson {

class SqliteSettings : public SettingRepository {
 public:
  explicit SqliteSettings(Connection& connection);
  Found<std::string> Find(std::string_view name) override;
  absl::StatusOr<std::string> FindOrInsert(std::string_view name, std::string_view value) override;
  // Returns INTERNAL if the setting exists.
  absl::Status Insert(std::string_view name, std::string_view value);

 private:
  Connection& connection_;
  Query find_;
  Query insert_;
};

}  // namespace keelson
