#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/log.h"
#include "core/common/steady_time.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/reconcile_refunds.h"
#include "core/refunds/reconciliation_policy.h"
#include "core/refunds/refund_pages.h"
#include "core/refunds/settlement_policy.h"
#include "core/store/store.h"

namespace keelson {

// The reconciliations of this process since its start.
struct ReconciliationStatus {
  // Number of completed reconciliations.
  std::int64_t runs = 0;
  // When the last one was completed; only if `runs` is not zero.
  absl::Time finish_time = absl::InfinitePast();
  // The numbers of the last completed reconciliation.
  ReconciliationTotals last = {};
  // Sum over all completed reconciliations.
  std::int64_t repaired = 0;
};

class ReconciliationStatuses {
 public:
  virtual ~ReconciliationStatuses() = default;
  // Thread-safe; does not block.
  virtual ReconciliationStatus LastReconciliation() const = 0;
};

// Reconciles regularly, and repairs differences. Asks one provider at a time, so that the settlement has
// priority. Thread-safe, except that only one thread at a time may call Handle.
class ScheduledReconciliation : public ReconciliationStatuses {
 public:
  // The first reconciliation starts this long after the start of the process, or after the interval if it is
  // shorter, so that a process that restarts again and again does not reconcile each time.
  static constexpr absl::Duration kFirstDelay = absl::Minutes(5);

  struct Ports {
    Store& store;
    Clock& clock;
    Entropy& entropy;
    IdGenerator& ids;
    Log& log;
  };

  // The ports and the providers must outlive this object. policy.interval must be above zero.
  ScheduledReconciliation(const Ports& ports, std::vector<PaymentProvider*> providers,
                          const SettlementPolicy& settlement, const ReconciliationPolicy& policy);

  // Handles the next refund of the current reconciliation, or starts the next reconciliation if it is due.
  // Returns true if the current reconciliation is not complete. Blocks on a provider and the store, at most
  // for LongestHandle. After an error of the store, the next call continues at the same refund.
  absl::StatusOr<bool> Handle();
  absl::Duration LongestHandle() const;
  // Ends the current reconciliation, so that Handle returns soon.
  void Stop();

  ReconciliationStatus LastReconciliation() const override;

 private:
  // Returns whether a reconciliation is in progress.
  bool StartIfDue();
  void LogDifference(const RefundComparison& comparison);
  void Finish();

  const Ports ports_;
  const std::vector<PaymentProvider*> providers_;
  const SettlementPolicy settlement_;
  const ReconciliationPolicy policy_;
  const RepairRefunds repair_;
  // Used only by the thread that calls Handle.
  SteadyTime next_start_;
  std::unique_ptr<StoredRefundPages> pages_;
  std::deque<Refund> page_;

  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // The current reconciliation; null while none runs. Only the thread that calls Handle replaces it.
  std::shared_ptr<ReconcileRefunds> current_ ABSL_GUARDED_BY(mutex_);
  ReconciliationStatus status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
