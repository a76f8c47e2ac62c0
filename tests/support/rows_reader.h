#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/export/bulk.h"
#include "tests/support/status_checks.h"

namespace keelson {

// Exports copies of a store's rows. A test can modify the copies, so that they have values that no store
// accepts.
class RowsReader : public StoreExporter {
 public:
  explicit RowsReader(StoreExporter& store) {
    for (const RowKind kind : kAllRowKinds) tables_.push_back(Must(store.Read(kind, "", 1'000'000)));
  }

  template <typename Row>
  std::vector<Row>& of() {
    return std::get<std::vector<Row>>(tables_[static_cast<std::size_t>(kKindOf<Row>)]);
  }

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override { return engine_faults; }
  absl::StatusOr<std::int64_t> Count(RowKind kind) override {
    return static_cast<std::int64_t>(CountOf(tables_[static_cast<std::size_t>(kind)]));
  }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    if (!failure.ok() && kind == failing) return failure;
    return std::visit(
        [&](auto rows) -> RowBatch {
          std::erase_if(rows, [&](const auto& row) { return !after.empty() && KeyOf(row) <= after; });
          std::sort(rows.begin(), rows.end(),
                    [](const auto& a, const auto& b) { return KeyOf(a) < KeyOf(b); });
          if (std::ssize(rows) > limit) rows.resize(static_cast<std::size_t>(limit));
          return rows;
        },
        tables_[static_cast<std::size_t>(kind)]);
  }

  // The result of CheckEngine.
  std::vector<EngineFault> engine_faults;
  // The error that reading rows of the kind `failing` returns.
  absl::Status failure;
  RowKind failing = RowKind::kUsers;

 private:
  std::vector<RowBatch> tables_;
};

}  // namespace keelson
