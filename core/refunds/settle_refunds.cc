#include "core/refunds/settle_refunds.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/common/deadline.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/refunds/payment_refund.h"

namespace keelson {
namespace {

std::vector<PaymentQueue> QueuesOf(const std::vector<PaymentProvider*>& providers,
                                   const SettlementPolicy& policy, Clock& clock) {
  std::vector<PaymentQueue> queues;
  queues.reserve(providers.size());
  for (const PaymentProvider* provider : providers) queues.emplace_back(*provider, policy, clock);
  return queues;
}

PaymentRefund RequestOf(const ClaimedRefund& claimed) {
  PaymentRefund request = PaymentRefundOf(claimed.refund);
  request.repeated = claimed.repeated;
  request.not_before = claimed.not_before;
  return request;
}

PaymentOutcome NotConfigured(const Refund& refund) {
  return {
      .kind = PaymentOutcome::Kind::kUnknown,
      .code = "PROVIDER_NOT_CONFIGURED",
      .message = StrCat("the payment went through ", refund->payment_provider, ", which is not configured")};
}

bool IsPostponed(PaymentOutcome::Kind kind) {
  return kind != PaymentOutcome::Kind::kSucceeded && kind != PaymentOutcome::Kind::kPending &&
         kind != PaymentOutcome::Kind::kFailed;
}

void LogIfPostponed(Log& log, const Refund& refund, const PaymentOutcome& outcome) {
  if (!IsPostponed(outcome.kind)) return;
  log.Write(Severity::kWarning, "refund.postponed", "a refund has no definite outcome and will be retried",
            {{"provider", refund->payment_provider},
             {"refund_id", refund->id.ToString()},
             {"outcome", kPaymentOutcomeNames[static_cast<std::size_t>(outcome.kind)]},
             {"code", outcome.code}});
}

}  // namespace

SettleRefunds::SettleRefunds(const Ports& ports, std::vector<PaymentProvider*> providers,
                             const SettlementPolicy& policy)
    : ports_(ports),
      providers_(std::move(providers)),
      policy_(policy),
      save_outcomes_(ports.store, ports.clock, ports.entropy, ports.ids, policy),
      ready_(providers_.size()),
      queues_(QueuesOf(providers_, policy_, ports_.clock)) {}

absl::StatusOr<SettleRefunds::Progress> SettleRefunds::FlushAndClaim() {
  RETURN_IF_ERROR(Recover());
  Progress progress;
  ASSIGN_OR_RETURN(progress.saved, SaveBatch());
  const std::vector<ProviderCapacity> capacities = Capacities();
  if (capacities.empty()) return progress;
  const SteadyTime last_start = ports_.clock.SteadyNow() + policy_.lease - policy_.timeout;
  ASSIGN_OR_RETURN(std::vector<ClaimedRefund> claimed,
                   ClaimRefunds(ports_.store, capacities, ports_.clock.Now(), policy_.lease));
  progress.claimed = static_cast<int>(claimed.size());
  const absl::MutexLock lock(&mutex_);
  for (ClaimedRefund& each : claimed) AddClaimed(std::move(each), last_start);
  return progress;
}

absl::Status SettleRefunds::Recover() {
  if (recovered_) return absl::OkStatus();
  if (ports_.store.traits().single_process) {
    RETURN_IF_ERROR(ReleaseLeases(ports_.store, ports_.clock.Now(), policy_.lease));
  }
  recovered_ = true;
  return absl::OkStatus();
}

// While the transaction runs, threads may append further outcomes, but only this thread removes outcomes.
absl::StatusOr<int> SettleRefunds::SaveBatch() {
  std::vector<AttemptedRefund> batch;
  {
    const absl::MutexLock lock(&mutex_);
    const auto size = static_cast<std::ptrdiff_t>(std::min(outcomes_.size(), kBatch));
    batch.assign(outcomes_.begin(), outcomes_.begin() + size);
  }
  if (batch.empty()) return 0;
  RETURN_IF_ERROR(save_outcomes_.Handle(batch));
  const absl::MutexLock lock(&mutex_);
  outcomes_.erase(outcomes_.begin(), outcomes_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
  return static_cast<int>(batch.size());
}

std::vector<ProviderCapacity> SettleRefunds::Capacities() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<ProviderCapacity> capacities;
  // Outcomes that the store does not accept fast enough must not accumulate.
  if (stopped_ || outcomes_.size() >= kBatch) return capacities;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    capacities.push_back({providers_[i]->name(), queues_[i].Capacity()});
  }
  return capacities;
}

void SettleRefunds::AddClaimed(ClaimedRefund claimed, SteadyTime last_start) {
  const Refund& refund = claimed.refund;
  // A zero-amount refund moves no money, and providers reject it.
  if (refund->amount == 0) return AddOutcome({refund, PaymentOutcome{PaymentOutcome::Kind::kSucceeded}});
  const std::optional<std::size_t> provider = IndexOf(refund->payment_provider);
  if (!provider) {
    LogIfPostponed(ports_.log, refund, NotConfigured(refund));
    return AddOutcome({refund, NotConfigured(refund)});
  }
  // The circuit opened while the refund was being claimed.
  if (queues_[*provider].IsCircuitOpen()) return AddOutcome({refund, std::nullopt});
  queues_[*provider].Push({std::move(claimed), last_start});
  ready_[*provider].Signal();
}

std::optional<std::size_t> SettleRefunds::IndexOf(std::string_view provider) const {
  const auto found = std::find_if(providers_.begin(), providers_.end(),
                                  [&](const PaymentProvider* each) { return each->name() == provider; });
  if (found == providers_.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(providers_.begin(), found));
}

void SettleRefunds::AddOutcome(AttemptedRefund attempted) {
  outcomes_.push_back(std::move(attempted));
  outcomes_added_.Signal();
}

void SettleRefunds::ReleaseWaiting(PaymentQueue& queue) {
  for (QueuedRefund& queued : queue.TakeWaiting()) {
    AddOutcome({std::move(queued.claimed.refund), std::nullopt});
  }
}

bool SettleRefunds::SettleNext(std::size_t provider) {
  const std::optional<ClaimedRefund> claimed = StartNext(provider);
  if (!claimed) return false;
  PaymentProvider& payments = *providers_[provider];
  const SteadyTime start = ports_.clock.SteadyNow();
  PaymentOutcome outcome = Call(payments, *claimed);
  const absl::Duration elapsed = ports_.clock.SteadyNow() - start;
  LogIfPostponed(ports_.log, claimed->refund, outcome);

  const absl::MutexLock lock(&mutex_);
  PaymentQueue& queue = queues_[provider];
  queue.RecordOutcome(claimed->refund->id, outcome, elapsed);
  // The refunds would wait until the circuit closes; meanwhile other processes may claim them.
  if (queue.IsCircuitOpen()) ReleaseWaiting(queue);
  AddOutcome({claimed->refund, std::move(outcome), payments.needs_confirmation()});
  return true;
}

std::optional<ClaimedRefund> SettleRefunds::StartNext(std::size_t provider) {
  const absl::MutexLock lock(&mutex_);
  PaymentQueue& queue = queues_[provider];
  while (!stopped_) {
    std::optional<QueuedRefund> queued = queue.Pop();
    if (!queued) break;
    if (ports_.clock.SteadyNow() <= queued->last_start) return std::move(queued->claimed);
    queue.Release();
    AddOutcome({std::move(queued->claimed.refund), std::nullopt});
  }
  return std::nullopt;
}

PaymentOutcome SettleRefunds::Call(PaymentProvider& provider, const ClaimedRefund& claimed) const {
  const Deadline deadline = Deadline::After(policy_.timeout);
  const std::string& reference = claimed.refund->provider_reference;
  if (reference.empty()) return provider.Refund(RequestOf(claimed), deadline);
  PaymentOutcome outcome = provider.FindRefund(RequestOf(claimed), reference, deadline);
  // The provider accepted the refund earlier. A second request could pay twice, so that the refund waits.
  if (outcome.kind == PaymentOutcome::Kind::kNotFound && outcome.code.empty()) outcome.code = "NOT_FOUND";
  return outcome;
}

void SettleRefunds::ProbeProviders() {
  for (std::size_t provider = 0; provider < provider_count(); ++provider) {
    {
      const absl::MutexLock lock(&mutex_);
      if (!queues_[provider].NeedsProbe()) continue;
    }
    const PaymentOutcome outcome = providers_[provider]->Probe(Deadline::After(policy_.timeout));
    {
      const absl::MutexLock lock(&mutex_);
      queues_[provider].RecordProbe(outcome);
    }
    if (outcome.kind == PaymentOutcome::Kind::kSucceeded) continue;
    const bool misconfigured = outcome.kind == PaymentOutcome::Kind::kConfig;
    ports_.log.Write(
        misconfigured ? Severity::kError : Severity::kWarning, "payment_provider.unusable",
        misconfigured ? "a payment provider rejects its configuration; correct the "
                        "configuration and restart the service"
                      : "the health probe of a payment provider failed",
        {{"provider", providers_[provider]->name()}, {"code", outcome.code}, {"error", outcome.message}});
  }
}

bool SettleRefunds::WaitForOutcomes(absl::Duration timeout) {
  const Deadline deadline = Deadline::After(timeout);
  const absl::MutexLock lock(&mutex_);
  while (outcomes_.empty() && !stopped_ && outcomes_added_.WaitUntil(&mutex_, deadline)) {
  }
  if (outcomes_.empty()) return !stopped_;
  const Deadline grouped = Deadline::After(kGroupingTime);
  while (outcomes_.size() < kBatch && !IsIdle() && !stopped_ && outcomes_added_.WaitUntil(&mutex_, grouped)) {
  }
  return !stopped_;
}

bool SettleRefunds::IsIdle() const {
  return std::all_of(queues_.begin(), queues_.end(),
                     [](const PaymentQueue& queue) { return queue.IsIdle(); });
}

void SettleRefunds::WaitForReady(std::size_t provider, absl::Duration timeout) {
  const Deadline deadline = Deadline::After(timeout);
  const absl::MutexLock lock(&mutex_);
  while (!stopped_ && !deadline.expired()) {
    const absl::Duration wait = queues_[provider].TimeUntilReady();
    if (wait <= absl::ZeroDuration()) return;
    ready_[provider].WaitUntil(&mutex_, std::min(deadline, Deadline::After(wait)));
  }
}

void SettleRefunds::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  outcomes_added_.SignalAll();
  for (ConditionVariable& ready : ready_) ready.SignalAll();
}

absl::Status SettleRefunds::Close() {
  {
    const absl::MutexLock lock(&mutex_);
    for (PaymentQueue& queue : queues_) ReleaseWaiting(queue);
  }
  int saved = 0;
  do {
    ASSIGN_OR_RETURN(saved, SaveBatch());
  } while (saved > 0);
  return absl::OkStatus();
}

std::vector<PaymentProviderStatus> SettleRefunds::ListPaymentProviders() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<PaymentProviderStatus> statuses;
  statuses.reserve(queues_.size());
  for (const PaymentQueue& queue : queues_) statuses.push_back(queue.Status());
  return statuses;
}

}  // namespace keelson
