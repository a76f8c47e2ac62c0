// A store by whole tables whose next batch of rows is read on a thread of its own, while the caller is busy
// with the one before: reading and writing then take the time of the longer of both.
//
// Used by one thread at a time as any StoreExporter; two calls never reach the store at once.
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

// The batch that is read ahead.
class NextBatch {
 public:
  explicit NextBatch(StoreExporter& store) : store_(store) {}

  // Reads it from the store, unless it is the one read ahead, and begins the one that follows.
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit);
  // Returns when the store is left alone.
  void Drop() { next_.reset(); }

 private:
  struct Next {
    RowKind kind;
    std::string after;
    int limit;
    // Its end waits for the thread.
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
  // The store, for other calls than a read.
  StoreImporter& Alone();

  const std::unique_ptr<StoreImporter> store_;
  NextBatch next_{*store_};
};

}  // namespace keelson
