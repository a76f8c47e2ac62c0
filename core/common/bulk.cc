#include "core/common/bulk.h"

#include "core/common/strings.h"

namespace keelson {

absl::Status RowRefused(const RowBatch& rows, std::size_t index, std::string_view cause) {
  const std::string name = std::visit([&](const auto& vector) { return NameOf(vector[index]); }, rows);
  return absl::InternalError(StrCat(TableName(KindOf(rows)), " ", name, " is refused: ", cause));
}

}  // namespace keelson
