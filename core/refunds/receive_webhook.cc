#include "core/refunds/receive_webhook.h"

#include <algorithm>
#include <utility>

#include "core/common/status_macros.h"
#include "core/refunds/claim_refunds.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

// Maximum number of PROCESSING refunds of one payment that a webhook without the id of its refund makes due.
constexpr int kMaxRefundsOfPayment = 100;

bool BelongsTo(const Refund& refund, std::string_view provider, const RefundHint& hint) {
  // A retry has replaced the refund of the event by another one at the provider.
  const bool replaced = !hint.provider_reference.empty() && !refund->provider_reference.empty() &&
                        hint.provider_reference != refund->provider_reference;
  return refund->payment_provider == provider && !replaced;
}

bool WaitsForNextAttempt(const Refund& refund, absl::Time now) {
  return refund->state == RefundState::kProcessing && !refund->failure_code.empty() && refund->due_time &&
         *refund->due_time > now;
}

WebhookResult ResultOf(const absl::Status& failure) {
  if (absl::IsUnauthenticated(failure)) return WebhookResult::kRejected;
  return absl::IsInvalidArgument(failure) ? WebhookResult::kUnreadable : WebhookResult::kUnavailable;
}

}  // namespace

ReceiveWebhook::ReceiveWebhook(Store& store, Clock& clock, Log& log,
                               const std::vector<PaymentProvider*>& providers)
    : store_(store), clock_(clock), log_(log) {
  for (PaymentProvider* provider : providers) {
    if (provider->has_webhooks()) sources_.push_back(std::make_unique<Source>(*provider));
  }
}

std::optional<WebhookResult> ReceiveWebhook::Handle(std::string_view provider, Webhook webhook,
                                                    Deadline deadline) {
  const auto source =
      std::find_if(sources_.begin(), sources_.end(),
                   [&](const std::unique_ptr<Source>& each) { return each->provider.name() == provider; });
  if (source == sources_.end()) return std::nullopt;
  webhook.receive_time = clock_.Now();
  const WebhookResult result = Receive(**source, webhook, deadline);
  const absl::MutexLock lock(&(*source)->mutex);
  ++(*source)->status.received[static_cast<std::size_t>(result)];
  return result;
}

WebhookResult ReceiveWebhook::Receive(Source& source, const Webhook& webhook, Deadline deadline) {
  const absl::StatusOr<std::optional<RefundHint>> hint = source.provider.ReadWebhook(webhook, deadline);
  if (!hint.ok()) {
    LogFailure(source, hint.status());
    return ResultOf(hint.status());
  }
  if (!*hint) return WebhookResult::kIrrelevant;
  const std::string& event_id = (*hint)->event_id;
  {
    const absl::MutexLock lock(&source.mutex);
    if (source.Knows(event_id)) return WebhookResult::kRepeated;
  }
  const absl::StatusOr<WebhookResult> result = Apply(source.provider.name(), **hint, deadline);
  if (!result.ok()) {
    LogFailure(source, result.status());
    return WebhookResult::kUnavailable;
  }
  const absl::MutexLock lock(&source.mutex);
  source.Remember(event_id);
  return *result;
}

absl::StatusOr<WebhookResult> ReceiveWebhook::Apply(std::string_view provider, const RefundHint& hint,
                                                    Deadline deadline) {
  ASSIGN_OR_RETURN(std::vector<Refund> refunds, FindRefunds(provider, hint, deadline));
  if (refunds.empty()) return WebhookResult::kNoRefund;
  const absl::Time now = clock_.Now();
  std::erase_if(refunds, [&](const Refund& refund) { return !WaitsForNextAttempt(refund, now); });
  ASSIGN_OR_RETURN(const int due, MakeDue(store_, refunds, now, deadline));
  return due > 0 ? WebhookResult::kDue : WebhookResult::kNotWaiting;
}

absl::StatusOr<std::vector<Refund>> ReceiveWebhook::FindRefunds(std::string_view provider,
                                                                const RefundHint& hint, Deadline deadline) {
  std::vector<Refund> refunds;
  // An empty payment reference would select every refund.
  if (!hint.refund_id && hint.payment_reference.empty()) return refunds;
  RETURN_IF_ERROR(store_.Read(deadline, [&](ReadTransaction& tx) -> absl::Status {
    refunds.clear();
    if (hint.refund_id) {
      ASSIGN_OR_RETURN(std::optional<Refund> refund, tx.refunds().Find(*hint.refund_id));
      if (refund) refunds.push_back(*std::move(refund));
      return absl::OkStatus();
    }
    RefundFilter filter;
    filter.states = {RefundState::kProcessing};
    filter.payment_reference = hint.payment_reference;
    ASSIGN_OR_RETURN(refunds, tx.refunds().List(filter, std::nullopt, kMaxRefundsOfPayment));
    return absl::OkStatus();
  }));
  std::erase_if(refunds, [&](const Refund& refund) { return !BelongsTo(refund, provider, hint); });
  return refunds;
}

void ReceiveWebhook::LogFailure(Source& source, const absl::Status& status) {
  {
    const absl::MutexLock lock(&source.mutex);
    const SteadyTime now = clock_.SteadyNow();
    // Anyone can send webhooks, so that their number must not determine the size of the log.
    if (source.logged && now - *source.logged < kLogInterval) return;
    source.logged = now;
  }
  log_.Write(Severity::kWarning, "payment_webhook.failed",
             "a webhook was not handled; further failures of this provider are not logged for one minute",
             {{"provider", source.provider.name()}, {"error", status.ToString()}});
}

std::vector<WebhookStatus> ReceiveWebhook::ListWebhooks() const {
  std::vector<WebhookStatus> statuses;
  for (const std::unique_ptr<Source>& source : sources_) {
    const absl::MutexLock lock(&source->mutex);
    statuses.push_back(source->status);
  }
  return statuses;
}

bool ReceiveWebhook::Source::Knows(const std::string& event_id) const {
  return known.contains(event_id);
}

void ReceiveWebhook::Source::Remember(const std::string& event_id) {
  if (event_id.empty() || !known.insert(event_id).second) return;
  events.push_back(event_id);
  if (events.size() <= kKnownEvents) return;
  known.erase(events.front());
  events.pop_front();
}

}  // namespace keelson
