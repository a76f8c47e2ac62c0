// Shared code of the checks of VerifyStore: reads rows and reports findings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/export/bulk.h"

namespace keelson {

// A row that violates an invariant, or a fault that the store's engine reports.
struct Finding {
  // The name of the violated invariant, such as "refunds_within_paid". Names are stable.
  std::string_view invariant;
  // Table of the row; "database" for faults that the engine reports.
  std::string_view table;
  // Key of the row in readable form (NameOf); the table or index for faults that the engine reports.
  std::string id;
  // The actual and the expected values. Contains no e-mail address and no secret.
  std::string figures;

  bool operator==(const Finding&) const = default;
};

class Audit {
 public:
  Audit(StoreExporter& reader, std::function<void(const Finding&)> report,
        std::function<void(std::int64_t)> progress)
      : reader_(reader), report_(std::move(report)), progress_(std::move(progress)) {}

  StoreExporter& reader() { return reader_; }

  template <typename Row>
  void Report(std::string_view invariant, const Row& row, std::string figures) {
    report_({invariant, TableName(kKindOf<Row>), NameOf(row), std::move(figures)});
  }

  // Reports progress: `rows` more rows have been read.
  void Advance(std::size_t rows) { progress_(static_cast<std::int64_t>(rows)); }

 private:
  StoreExporter& reader_;
  const std::function<void(const Finding&)> report_;
  const std::function<void(std::int64_t)> progress_;
};

// A named invariant. `violation` returns the values that violate the invariant, or an empty string.
template <typename Case>
struct Invariant {
  std::string_view name;
  std::string (*violation)(const Case&);
};

// Checks every invariant of a list, and reports the violations as findings about `row`.
template <typename Row, typename Case, std::size_t size>
void Judge(Audit& audit, const Row& row, const Case& c, const std::array<Invariant<Case>, size>& invariants) {
  for (const Invariant<Case>& invariant : invariants) {
    std::string figures = invariant.violation(c);
    if (!figures.empty()) audit.Report(invariant.name, row, std::move(figures));
  }
}

// Iterates over the rows of a kind in key order, with one batch in memory.
template <typename Row>
class RowStream {
 public:
  explicit RowStream(Audit& audit) : audit_(audit) { Fill(); }

  // The current row; null after the last row or an error of the store (see status).
  const Row* Peek() const { return next_ < rows_.size() ? &rows_[next_] : nullptr; }
  void Advance() {
    if (++next_ >= rows_.size() && rows_.size() == kBatch) Fill();
  }
  const absl::Status& status() const { return status_; }

 private:
  static constexpr std::size_t kBatch = 1000;

  void Fill() {
    const std::string after = rows_.empty() ? "" : KeyOf(rows_.back());
    rows_.clear();
    next_ = 0;
    absl::StatusOr<RowBatch> batch = audit_.reader().Read(kKindOf<Row>, after, kBatch);
    status_ = batch.status();
    if (!status_.ok()) return;
    rows_ = std::get<std::vector<Row>>(*std::move(batch));
    audit_.Advance(rows_.size());
  }

  Audit& audit_;
  std::vector<Row> rows_;
  std::size_t next_ = 0;
  absl::Status status_;
};

template <typename Row, typename Work>
absl::Status ForEach(Audit& audit, const Work& work) {
  RowStream<Row> stream(audit);
  for (; stream.Peek() != nullptr; stream.Advance()) work(*stream.Peek());
  return stream.status();
}

}  // namespace keelson
