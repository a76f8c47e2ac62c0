#pragma once

#include <memory>

#include "core/common/deadline.h"
#include "core/repositories.h"
#include "core/store/export/bulk.h"

namespace keelson {

// The Store in memory, for tests, simulations and trying things out: the same contract, but nothing outlives
// it, and it grows with what is put in. One write at a time, reads beside each other. Always there.
class MemoryStore : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  absl::Status Read(Deadline deadline, ReadWork work) override;
  absl::Status Write(Deadline deadline, WriteWork work) override;
  absl::Status Check(Deadline deadline) override;
  StoreTraits traits() override { return {.reads_inline = true}; }

  // What it holds by whole tables: a copy of it as it is now, and a way to fill it. The latter must go first.
  std::unique_ptr<StoreExporter> OpenReader();
  std::unique_ptr<StoreImporter> OpenTarget();

 private:
  struct Contents;

  const std::unique_ptr<Contents> contents_;
};

}  // namespace keelson
