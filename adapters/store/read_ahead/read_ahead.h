// Exporters that prefetch the next batch on another thread while the caller processes the current one, so
// that reading and writing overlap. Not thread-safe, like every StoreExporter. The wrapped store is used by
// one thread at a time.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/export/bulk.h"

namespace keelson {

// Reads batches from a store, and prefetches the next batch after each batch.
class NextBatch {
 public:
  explicit NextBatch(StoreExporter& store) : store_(store) {}

  // See StoreExporter::Read. Returns the prefetched batch if the arguments match; otherwise discards the
  // prefetched batch and reads from the store. Starts to prefetch the following batch. Blocks.
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit);
  // Discards the prefetched batch. Blocks until the prefetching thread no longer uses the store.
  void Drop() { next_.reset(); }

 private:
  struct Next {
    RowKind kind;
    std::string after;
    int limit;
    // The destructor of the future waits for the prefetching thread.
    std::future<absl::StatusOr<RowBatch>> batch;
  };

  StoreExporter& store_;
  std::optional<Next> next_;
};

class ReadAheadReader : public StoreExporter {
 public:
  explicit ReadAheadReader(std::unique_ptr<StoreExporter> store) : store_(std::move(store)) {}

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override;
  absl::StatusOr<std::int64_t> Count(RowKind kind) override;
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override;

 private:
  const std::unique_ptr<StoreExporter> store_;
  NextBatch next_{*store_};
};

class ReadAheadTarget : public StoreImporter {
 public:
  explicit ReadAheadTarget(std::unique_ptr<StoreImporter> store) : store_(std::move(store)) {}

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override;
  absl::StatusOr<std::int64_t> Count(RowKind kind) override;
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override;
  absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) override;
  absl::StatusOr<std::string> FindCheckpoint() override;
  absl::Status Finish() override;

 private:
  // Discards the prefetched batch and returns the store, for calls other than Read.
  StoreImporter& Alone();

  const std::unique_ptr<StoreImporter> store_;
  NextBatch next_{*store_};
};

}  // namespace keelson
