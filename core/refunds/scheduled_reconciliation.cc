#include "core/refunds/scheduled_reconciliation.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {

ScheduledReconciliation::ScheduledReconciliation(const Ports& ports, std::vector<PaymentProvider*> providers,
                                                 const SettlementPolicy& settlement,
                                                 const ReconciliationPolicy& policy)
    : ports_(ports),
      providers_(std::move(providers)),
      settlement_(settlement),
      policy_(policy),
      repair_(ports.store, ports.clock, ports.entropy, ports.ids, settlement),
      next_start_(ports.clock.SteadyNow() + std::min(kFirstDelay, policy.interval)) {}

absl::StatusOr<bool> ScheduledReconciliation::Handle() {
  if (!StartIfDue()) return false;
  if (page_.empty()) {
    ASSIGN_OR_RETURN(std::vector<Refund> page, pages_->Next());
    std::move(page.begin(), page.end(), std::back_inserter(page_));
  }
  if (page_.empty()) {
    Finish();
    return false;
  }
  std::shared_ptr<ReconcileRefunds> current;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopped_) return false;
    current = current_;
  }
  ASSIGN_OR_RETURN(const RefundComparison comparison, current->Handle(page_.front()));
  page_.pop_front();
  if (comparison.result == RefundComparison::Result::kDifferent) LogDifference(comparison);
  return true;
}

bool ScheduledReconciliation::StartIfDue() {
  const absl::MutexLock lock(&mutex_);
  if (stopped_) return false;
  if (current_ != nullptr) return true;
  if (ports_.clock.SteadyNow() < next_start_) return false;
  pages_ = std::make_unique<StoredRefundPages>(ports_.store, ports_.clock.Now() - policy_.window);
  current_ = std::make_shared<ReconcileRefunds>(ports_.clock, providers_, settlement_, &repair_);
  return true;
}

void ScheduledReconciliation::LogDifference(const RefundComparison& comparison) {
  const Refund& refund = comparison.refund;
  const DifferenceKind kind = *comparison.difference;
  ports_.log.Write(comparison.repaired ? Severity::kInfo : Severity::kWarning, "refund.difference",
                   DifferenceExplanation(kind),
                   {{"refund_id", refund->id.ToString()},
                    {"provider", refund->payment_provider},
                    {"state", RefundStateName(refund->state)},
                    {"difference", DifferenceName(kind)},
                    {"repaired", comparison.repaired ? "true" : "false"}});
}

void ScheduledReconciliation::Finish() {
  ReconciliationTotals totals;
  {
    const absl::MutexLock lock(&mutex_);
    totals = current_->totals();
    current_.reset();
    ++status_.runs;
    status_.finish_time = ports_.clock.Now();
    status_.last = totals;
    status_.repaired += totals.repaired;
  }
  pages_.reset();
  next_start_ = ports_.clock.SteadyNow() + policy_.interval;
  const bool clean = totals.differences == 0 && totals.not_compared == 0;
  ports_.log.Write(clean ? Severity::kInfo : Severity::kWarning, "payments.reconciled",
                   "the refunds were compared with their payment providers",
                   {{"compared", StrCat(totals.compared)},
                    {"differences", StrCat(totals.differences)},
                    {"repaired", StrCat(totals.repaired)},
                    {"not_compared", StrCat(totals.not_compared)}});
}

absl::Duration ScheduledReconciliation::LongestHandle() const {
  return ReconcileRefunds::LongestHandle(settlement_) + StoredRefundPages::kReadTimeout;
}

void ScheduledReconciliation::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (current_ != nullptr) current_->Stop();
}

ReconciliationStatus ScheduledReconciliation::LastReconciliation() const {
  const absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace keelson
