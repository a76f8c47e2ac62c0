#pragma once

#include <memory>

#include "core/common/deadline.h"
#include "core/repositories.h"
#include "core/store/export/bulk.h"

namespace keelson {

// The Store in memory, for tests, simulations and experiments. Meets the contract of Store except durability:
// the destructor discards all rows. Memory use grows with the number of rows. Writes run one at a time and
// not concurrently with reads; reads run concurrently. Thread-safe. Check always returns OK.
class MemoryStore : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  absl::Status Read(Deadline deadline, ReadWork work) override;
  absl::Status Write(Deadline deadline, WriteWork work) override;
  absl::Status Check(Deadline deadline) override;
  StoreTraits traits() override { return {.reads_inline = true}; }

  // Exports a copy of the current rows.
  std::unique_ptr<StoreExporter> OpenReader();
  // Imports rows. The importer must not outlive the store.
  std::unique_ptr<StoreImporter> OpenTarget();

 private:
  struct Contents;

  const std::unique_ptr<Contents> contents_;
};

}  // namespace keelson
