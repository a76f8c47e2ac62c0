// Export and import of whole tables in batches of rows, to copy a store (CopyStore) or to verify a store
// (VerifyStore).
//
// Every adapter must meet this specification; tests/contract/bulk checks it. rows.h defines rows and their
// keys. A row reads back equal in every store: times to the microsecond, texts byte by byte, numbers exactly.
//
// The internal data of a store (a probe, the schema history, row numbers) and the setting kTransferCheckpoint
// are not exported.
//
// Errors: UNAVAILABLE (STORE_UNAVAILABLE) if the store can't be reached or is in use, INTERNAL if the store
// holds invalid data, DATA_LOSS if the database engine reports damaged files. Not thread-safe. Every call
// blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/export/rows.h"

namespace keelson {

// Name of the setting in which an incomplete transfer stores its checkpoint in the target. A service refuses
// to start on a store with this setting.
inline constexpr std::string_view kTransferCheckpoint = "transfer";

// Whether other processes may write to a store during its export.
enum class BulkAccess {
  // Services may write during the export. The export reads a snapshot taken when the store is opened. Needs
  // no write privilege, and blocks writers no longer than a read does.
  kShared,
  // No other process may write. Opening fails with UNAVAILABLE while a service uses the store. Until the
  // export ends, a database file stays locked, and the tables of a database server stay locked against
  // writes.
  kExclusive,
};

// A fault that the store's engine reports about its own files and indexes.
struct EngineFault {
  // Name of the table or index, or "database" for the whole database.
  std::string object;
  // Contains no row data.
  std::string description;

  bool operator==(const EngineFault&) const = default;
};

class StoreExporter {
 public:
  virtual ~StoreExporter() = default;

  // Runs the engine's integrity checks: damaged pages, indexes that disagree with their tables, violated
  // constraints. Returns at most kMaxEngineFaults, and none if the engine has no such checks. An error
  // means that the checks could not run; damage is not an error.
  static constexpr int kMaxEngineFaults = 100;
  virtual absl::StatusOr<std::vector<EngineFault>> CheckEngine() { return std::vector<EngineFault>(); }

  virtual absl::StatusOr<std::int64_t> Count(RowKind kind) = 0;
  // Returns at most `limit` rows with keys greater than `after`, in key order; an empty `after` means from
  // the first row. A batch of fewer than `limit` rows is the last. Events without a sequence number are
  // numbered before they are read.
  virtual absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) = 0;
};

// The number of rows of each kind.
class RowCounts {
 public:
  static absl::StatusOr<RowCounts> Of(StoreExporter& reader);

  std::int64_t of(RowKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::int64_t Sum() const;
  std::int64_t Sum(std::initializer_list<RowKind> kinds) const;

 private:
  std::array<std::int64_t, kRowKinds> counts_{};
};

// The target of a transfer, for exclusive use. Opening migrates the schema, and fails with UNAVAILABLE while
// a service uses the store.
class StoreImporter : public StoreExporter {
 public:
  // Inserts the rows unchanged, events with their numbers and hashes, and replaces the checkpoint, atomically
  // and durably. A batch may hold thousands of rows in key order, or be empty. If the store rejects a row,
  // Insert fails with the error of RowRefused.
  virtual absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) = 0;
  // The last stored checkpoint; empty if there is none.
  virtual absl::StatusOr<std::string> FindCheckpoint() = 0;
  // Completes the store: removes the checkpoint, and updates numbering, statistics and constraints as if the
  // service had written the rows.
  virtual absl::Status Finish() = 0;
};

// Returns the error for row `index` of `rows`, which the store rejected: INTERNAL with the table, the row's
// key and the cause, which must not contain row data.
absl::Status RowRefused(const RowBatch& rows, std::size_t index, std::string_view cause);

}  // namespace keelson
