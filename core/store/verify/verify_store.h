#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/store/export/bulk.h"
#include "core/store/verify/audit.h"

namespace keelson {

struct VerifyProgress {
  // Rows; some are read more than once.
  std::int64_t done = 0;
  std::int64_t total = 0;
};

// The finding for a store that can't be opened, or not be read completely, because of damage.
Finding UnreadableStore(const absl::Status& damage);

// Runs the checks of the store's engine, and checks every invariant that can be seen in the store's rows: the
// account of each order and its refunds, states against the facts and the events that tell them, the events'
// chain, and that nothing refers to what is not there. Reads whole tables by batches and in bounded memory;
// writes nothing.
class VerifyStore {
 public:
  // How much is held in memory at once.
  struct Limits {
    std::int64_t users = 2'000'000;
    std::int64_t events = 1'000'000;
  };

  // `report` is called for each finding, `tell` after each batch.
  VerifyStore(StoreExporter& reader, std::function<void(const Finding&)> report,
              std::function<void(const VerifyProgress&)> tell)
      : VerifyStore(reader, std::move(report), std::move(tell), Limits()) {}
  VerifyStore(StoreExporter& reader, std::function<void(const Finding&)> report,
              std::function<void(const VerifyProgress&)> tell, const Limits& limits)
      : reader_(reader), report_(std::move(report)), tell_(std::move(tell)), limits_(limits) {}

  // Returns the number of findings. Damage and unreadable values are findings; other errors of the store
  // are returned. Call it once.
  absl::StatusOr<std::int64_t> Handle();

 private:
  absl::Status CheckEngine();
  absl::Status CheckRows();
  void Report(const Finding& finding);

  StoreExporter& reader_;
  const std::function<void(const Finding&)> report_;
  const std::function<void(const VerifyProgress&)> tell_;
  const Limits limits_;
  std::int64_t findings_ = 0;
};

}  // namespace keelson
