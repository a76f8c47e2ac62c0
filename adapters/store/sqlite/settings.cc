#include "adapters/store/sqlite/settings.h"

#include "core/common/status_macros.h"
#include "core/store/export/rows.h"

namespace keelson {
namespace {

constexpr Sql kFindSetting = "SELECT value FROM settings WHERE name = ?";

}  // namespace

SqliteSettings::SqliteSettings(Connection& connection)
    : connection_(connection),
      find_(connection, kFindSetting),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, Setting, "settings">) {}

Found<std::string> SqliteSettings::Find(std::string_view name) {
  return connection_.CatchErrors([&]() -> Found<std::string> {
    Rows rows = find_.Select(name);
    if (!rows.Next()) return std::nullopt;
    std::string value;
    rows.Read(value);
    return value;
  });
}

absl::StatusOr<std::string> SqliteSettings::FindOrInsert(std::string_view name, std::string_view value) {
  Found<std::string> found = Find(name);
  RETURN_IF_ERROR(found.status());
  if (*found) return **std::move(found);
  RETURN_IF_ERROR(Insert(name, value));
  return std::string(value);
}

absl::Status SqliteSettings::Insert(std::string_view name, std::string_view value) {
  return connection_.CatchErrors([&] {
    insert_.Execute(name, BytesView{value});
    return absl::OkStatus();
  });
}

}  // namespace keelson
