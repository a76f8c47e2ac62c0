#include "adapters/store/postgres/settings.h"

#include <optional>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/store/export/rows.h"

namespace keelson {
namespace {

constexpr Sql kFindSetting = "SELECT value FROM settings WHERE name = $1";
// Waits for a concurrent transaction that inserts the same name.
constexpr auto kInsertIfAbsent =
    kInsertInto<SqlDialect::kPostgres, Setting, "settings"> + " ON CONFLICT (name) DO NOTHING";

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

absl::StatusOr<std::string> PgSettings::FindOrInsert(std::string_view name, std::string_view value) {
  RETURN_IF_ERROR(session_.CatchErrors([&] {
    session_.Execute(kInsertIfAbsent, name, BytesView{value});
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(std::optional<std::string> found, Find(name));
  if (!found) return absl::InternalError(StrCat("the setting ", name, " was deleted while it was read"));
  return *std::move(found);
}

}  // namespace keelson
