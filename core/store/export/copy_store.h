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
  // Rows, of all tables together.
  std::int64_t done = 0;
  std::int64_t total = 0;
};

// A table as both stores have it.
struct TransferredTable {
  RowKind kind = RowKind::kUsers;
  std::int64_t rows = 0;
  // SHA-256 over the rows' archives in the order of their keys.
  Sha256Digest digest{};

  bool operator==(const TransferredTable&) const = default;
};

// Moves everything from one store to another, and then reads the target again to compare every table with
// what was read of the source. Where it ends half-way, by an error or with its process, the next run goes on
// from the last batch: the target keeps a checkpoint of what source it is filled from and how far that has
// come.
class CopyStore {
 public:
  // Rows that one write of the target inserts, at most.
  static constexpr int kBatch = 2000;

  // Both are this transfer's alone. `tell` is called after each batch.
  CopyStore(StoreExporter& source, StoreImporter& target, std::function<void(const TransferProgress&)> tell)
      : source_(source), target_(target), tell_(std::move(tell)) {}

  // The tables that were moved. FAILED_PRECONDITION, and nothing is written, unless the target is empty or
  // half filled from this very source; DATA_LOSS where a table differs once all is copied; INTERNAL naming
  // table and key where the target refuses a row; and the stores' errors.
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
  const std::function<void(const TransferProgress&)> tell_;
};

// FAILED_PRECONDITION where the store is half filled by a transfer: it must not be served.
absl::Status CheckNoTransfer(Store& store, Deadline deadline);

}  // namespace keelson
