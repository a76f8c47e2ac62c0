#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/sha256.h"
#include "core/store/export/bulk.h"
#include "core/store/store.h"

namespace keelson {

struct TransferProgress {
  enum class Phase { kCopying, kChecking };

  Phase phase = Phase::kCopying;
  std::string_view table;
  // Number of rows in all tables.
  std::int64_t done = 0;
  std::int64_t total = 0;
};

// The summary of a copied table.
struct TransferredTable {
  RowKind kind = RowKind::kUsers;
  std::int64_t rows = 0;
  // SHA-256 over the serialized rows in key order.
  Sha256Digest digest{};

  bool operator==(const TransferredTable&) const = default;
};

// Copies all rows from one store to another, then reads the target and compares every table with the source.
// After an error or the end of the process, the next run continues after the last batch: the target stores a
// checkpoint with the source's identity and the last copied key.
class CopyStore {
 public:
  // Maximum number of rows per call of StoreImporter::Insert.
  static constexpr int kBatch = 2000;

  // Needs exclusive use of both stores. Calls `report_progress` after each batch.
  CopyStore(StoreExporter& source, StoreImporter& target,
            std::function<void(const TransferProgress&)> report_progress)
      : source_(source), target_(target), report_progress_(std::move(report_progress)) {}

  // Returns the copied tables. FAILED_PRECONDITION, without a write, unless the target is empty or has an
  // incomplete transfer from this source; DATA_LOSS if a table differs after the copy; INTERNAL with table
  // and key if the target rejects a row; and the errors of both stores. Blocks.
  absl::StatusOr<std::vector<TransferredTable>> Handle();

 private:
  struct Checkpoint;
  absl::StatusOr<Sha256Digest> IdentifySource(const RowCounts& counts);
  absl::StatusOr<Checkpoint> Begin(const Sha256Digest& identity);
  absl::StatusOr<std::vector<TransferredTable>> Copy(Checkpoint checkpoint, TransferProgress& progress);
  absl::StatusOr<TransferredTable> CopyTable(RowKind kind, Checkpoint& checkpoint,
                                             TransferProgress& progress);
  absl::Status Compare(const std::vector<TransferredTable>& tables, TransferProgress& progress);
  absl::StatusOr<TransferredTable> SummarizeTarget(RowKind kind, TransferProgress& progress);

  StoreExporter& source_;
  StoreImporter& target_;
  const std::function<void(const TransferProgress&)> report_progress_;
};

// Returns FAILED_PRECONDITION if the store holds an incomplete transfer, which a service must not
// use.
absl::Status CheckNoTransfer(Store& store, Deadline deadline);

}  // namespace keelson
