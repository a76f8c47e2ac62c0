#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/store/export/bulk.h"
#include "core/store/verify/audit.h"

namespace keelson {

struct VerifyProgress {
  // Number of rows read so far. A row that is read several times counts several times.
  std::int64_t done = 0;
  std::int64_t total = 0;
};

// The finding for a store that is too damaged to be opened or to be read completely.
Finding UnreadableStore(const absl::Status& damage);

// Runs the integrity checks of the store's engine, and checks the invariants of the rows: the totals of
// orders against their refunds and ledger entries, states against timestamps and events, the hash chain of
// the events, and that every referenced row exists. Reads whole tables in batches with bounded memory; writes
// nothing.
class VerifyStore {
 public:
  // Maximum number of users and events in memory at a time. A check of larger tables reads the tables
  // several times.
  struct Limits {
    std::int64_t users = 2'000'000;
    std::int64_t events = 1'000'000;
  };

  // Calls `report` for each finding, and `report_progress` after each batch.
  VerifyStore(StoreExporter& reader, std::function<void(const Finding&)> report,
              std::function<void(const VerifyProgress&)> report_progress)
      : VerifyStore(reader, std::move(report), std::move(report_progress), Limits()) {}
  VerifyStore(StoreExporter& reader, std::function<void(const Finding&)> report,
              std::function<void(const VerifyProgress&)> report_progress, const Limits& limits)
      : reader_(reader),
        report_(std::move(report)),
        report_progress_(std::move(report_progress)),
        limits_(limits) {}

  // Returns the number of findings. Damage and unreadable values are findings; other errors of the store
  // are returned. Call Handle only once.
  absl::StatusOr<std::int64_t> Handle();

 private:
  absl::Status CheckEngine();
  absl::Status CheckRows();
  void Report(const Finding& finding);

  StoreExporter& reader_;
  const std::function<void(const Finding&)> report_;
  const std::function<void(const VerifyProgress&)> report_progress_;
  const Limits limits_;
  std::int64_t findings_ = 0;
};

}  // namespace keelson
