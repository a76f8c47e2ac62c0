#include "adapters/store/read_ahead/read_ahead.h"

#include <tuple>

namespace keelson {

absl::StatusOr<RowBatch> NextBatch::Read(RowKind kind, std::string_view after, int limit) {
  if (next_ && std::tie(next_->kind, next_->after, next_->limit) != std::tie(kind, after, limit)) Drop();
  absl::StatusOr<RowBatch> batch = next_ ? next_->batch.get() : store_.Read(kind, after, limit);
  Drop();
  // A batch with fewer than `limit` rows is the last batch.
  if (batch.ok() && std::cmp_equal(CountOf(*batch), limit)) {
    const std::string last = LastKey(*batch);
    next_ = {kind, last, limit, std::async(std::launch::async, [&store = store_, kind, last, limit] {
               return store.Read(kind, last, limit);
             })};
  }
  return batch;
}

absl::StatusOr<std::vector<EngineFault>> ReadAheadReader::CheckEngine() {
  next_.Drop();
  return store_->CheckEngine();
}

absl::StatusOr<std::int64_t> ReadAheadReader::Count(RowKind kind) {
  next_.Drop();
  return store_->Count(kind);
}

absl::StatusOr<RowBatch> ReadAheadReader::Read(RowKind kind, std::string_view after, int limit) {
  return next_.Read(kind, after, limit);
}

StoreImporter& ReadAheadTarget::Alone() {
  next_.Drop();
  return *store_;
}

absl::StatusOr<std::vector<EngineFault>> ReadAheadTarget::CheckEngine() {
  return Alone().CheckEngine();
}

absl::StatusOr<std::int64_t> ReadAheadTarget::Count(RowKind kind) {
  return Alone().Count(kind);
}

absl::StatusOr<RowBatch> ReadAheadTarget::Read(RowKind kind, std::string_view after, int limit) {
  return next_.Read(kind, after, limit);
}

absl::Status ReadAheadTarget::Insert(const RowBatch& rows, std::string_view checkpoint) {
  return Alone().Insert(rows, checkpoint);
}

absl::StatusOr<std::string> ReadAheadTarget::FindCheckpoint() {
  return Alone().FindCheckpoint();
}

absl::Status ReadAheadTarget::Finish() {
  return Alone().Finish();
}

}  // namespace keelson
