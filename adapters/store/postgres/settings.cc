#include "adapters/store/postgres/settings.h"

#include "core/store/export/rows.h"

namespace keelson {
namespace {

constexpr Sql kFindSetting = "SELECT value FROM settings WHERE name = $1";
constexpr auto kInsertSetting = kInsertInto<SqlDialect::kPostgres, Setting, "settings">;

}  // namespace

Found<std::string> PgSettings::Find(std::string_view name) {
  return session_.CatchErrors([&]() -> Found<std::string> {
    const PgResult result = session_.Select(kFindSetting, name);
    if (result.rows() == 0) return std::nullopt;
    std::string value;
    result.Read(0, value);
    return value;
  });
}

absl::Status PgSettings::Insert(std::string_view name, std::string_view value) {
  return session_.CatchErrors([&] {
    session_.Execute(kInsertSetting, name, BytesView{value});
    return absl::OkStatus();
  });
}

}  // namespace keelson
