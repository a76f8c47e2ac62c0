#include "core/store/export/bulk.h"

#include <numeric>

#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {

absl::StatusOr<RowCounts> RowCounts::Of(StoreExporter& reader) {
  RowCounts counts;
  for (const RowKind kind : kAllRowKinds) {
    ASSIGN_OR_RETURN(counts.counts_[static_cast<std::size_t>(kind)], reader.Count(kind));
  }
  return counts;
}

std::int64_t RowCounts::Sum() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t RowCounts::Sum(std::initializer_list<RowKind> kinds) const {
  return std::accumulate(kinds.begin(), kinds.end(), std::int64_t{0},
                         [&](std::int64_t sum, RowKind kind) { return sum + of(kind); });
}

absl::Status RowRefused(const RowBatch& rows, std::size_t index, std::string_view cause) {
  const std::string name = std::visit([&](const auto& vector) { return NameOf(vector[index]); }, rows);
  return absl::InternalError(
      StrCat("the store rejected the row ", name, " of the table ", TableName(KindOf(rows)), ": ", cause));
}

}  // namespace keelson
