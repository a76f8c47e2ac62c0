#include "tests/contract/bulk/fixtures.h"

namespace keelson {

RowBatch ReadAll(StoreExporter& reader, RowKind kind) {
  return Must(reader.Read(kind, "", 1'000'000));
}

std::vector<RowBatch> ReadEverything(StoreExporter& reader) {
  std::vector<RowBatch> batches;
  for (const RowKind kind : kAllRowKinds) batches.push_back(ReadAll(reader, kind));
  return batches;
}

void InsertAll(StoreImporter& target, const std::vector<RowBatch>& batches) {
  for (const RowBatch& batch : batches) Must(target.Insert(batch, "checkpoint"));
}

}  // namespace keelson
