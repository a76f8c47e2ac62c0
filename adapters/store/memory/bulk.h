#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/store/memory/repositories.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Exports a copy of all rows; the constructor makes the copy.
class MemoryExporter : public StoreExporter {
 public:
  explicit MemoryExporter(const Repositories& repositories);

  absl::StatusOr<std::int64_t> Count(RowKind kind) override;
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override;

 private:
  // Indexed by RowKind.
  std::vector<RowBatch> tables_;
};

// Imports rows into the repositories, which `mutex` guards. Thread-safe.
class MemoryImporter : public StoreImporter {
 public:
  MemoryImporter(absl::Mutex& mutex, Journal& journal, Repositories& repositories)
      : mutex_(mutex), journal_(journal), repositories_(repositories) {}

  absl::StatusOr<std::int64_t> Count(RowKind kind) override;
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override;
  absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) override;
  absl::StatusOr<std::string> FindCheckpoint() override;
  absl::Status Finish() override;

 private:
  absl::Mutex& mutex_;
  Journal& journal_ ABSL_GUARDED_BY(mutex_);
  Repositories& repositories_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
