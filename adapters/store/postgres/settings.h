#pragma once

#include "adapters/store/postgres/session.h"
#include "core/store/setting_repository.h"

namespace keelson {

class PgSettings final : public SettingRepository {
 public:
  explicit PgSettings(PgSession& session) : session_(session) {}
  Found<std::string> Find(std::string_view name) override;
  absl::StatusOr<std::string> FindOrInsert(std::string_view name, std::string_view value) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
