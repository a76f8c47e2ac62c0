// The store by whole tables, a batch of rows at a time: how everything in it is moved to another store
// (CopyStore) and checked (VerifyStore).
//
// This is the specification for whoever writes an adapter; tests/contract/bulk holds it to the letter.
// Rows and their keys are those of rows.h, and a row reads back equal wherever it was written: each time
// to the microsecond, each text byte by byte, each number whole.
//
// What a store keeps for itself alone (a probe, a schema's history, a row's number) is no row, and neither
// is the checkpoint of a copy, which lies among the settings under kTransferCheckpoint.
//
// Errors are those of store.h: UNAVAILABLE (STORE_UNAVAILABLE) where the store can't be reached or is in use,
// INTERNAL where it holds what it must not, DATA_LOSS where its engine finds its own files damaged. For one
// thread at a time; every call blocks.
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

// The setting that a transfer keeps in its target until it is done. A service refuses a store that has it.
inline constexpr std::string_view kTransferCheckpoint = "transfer";

// Who may use a store while it is read.
enum class BulkAccess {
  // A service may go on writing: what is read is the store as it was at one moment, when it was opened. It
  // holds nobody up for longer than a read does, and needs no right to write.
  kShared,
  // Nobody writes: opening fails with UNAVAILABLE while a service has the store, and none can have it until
  // the reader goes. A file is locked; a server's tables are locked against writing.
  kExclusive,
};

// A fault that the store's engine reports about its own files and indexes.
struct EngineFault {
  // The table or index, or "database".
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
  // At most `limit` rows whose keys are greater than `after`, in the order of their keys; empty: from the
  // first. Fewer than `limit` are the last. Events that wait for their numbers are numbered first.
  virtual absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) = 0;
};

// How many rows there are of each kind.
class RowCounts {
 public:
  static absl::StatusOr<RowCounts> Of(StoreExporter& reader);

  std::int64_t of(RowKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::int64_t Sum() const;
  std::int64_t Sum(std::initializer_list<RowKind> kinds) const;

 private:
  std::array<std::int64_t, kRowKinds> counts_{};
};

// A store that a transfer fills. Nobody else has it open: opening it fails with UNAVAILABLE where a service
// does, and brings the schema up to date.
class StoreImporter : public StoreExporter {
 public:
  // Inserts the rows as they are, events with their numbers and hashes, and keeps `checkpoint` in the place
  // of the checkpoint before: both or neither, durable when it returns OK. Rows come in the order of their
  // keys, up to thousands at once, and none may be all. Where a row is refused the error is RowRefused's.
  virtual absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) = 0;
  // The last checkpoint kept; empty where there is none.
  virtual absl::StatusOr<std::string> FindCheckpoint() = 0;
  // Makes it a store like any other: without the checkpoint, and with all that it keeps beside its rows
  // (numbering, statistics, constraints) as if the service had written them.
  virtual absl::Status Finish() = 0;
};

// The error for the row `index` of `rows`, which the store refused: INTERNAL, naming the table, the row's key
// and the cause, which must not hold the row's content.
absl::Status RowRefused(const RowBatch& rows, std::size_t index, std::string_view cause);

}  // namespace keelson
