#include "adapters/payments/sandbox/sandbox_payment_provider.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "adapters/payments/sandbox/sandbox_behavior.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

// How long limits_rate refuses the requests with a new idempotency key.
constexpr absl::Duration kRateWait = absl::Seconds(1);

PaymentOutcome Of(Kind kind, std::string code, std::string message) {
  PaymentOutcome outcome;
  outcome.kind = kind;
  outcome.code = std::move(code);
  outcome.message = std::move(message);
  return outcome;
}

PaymentOutcome Waiting(Kind kind, absl::Duration wait, std::string code, std::string message) {
  PaymentOutcome outcome = Of(kind, std::move(code), std::move(message));
  outcome.retry_after = wait;
  return outcome;
}

PaymentOutcome TimedOut() {
  return Of(Kind::kUnknown, "timeout", "the sandbox did not respond within the deadline");
}

PaymentOutcome FailureOf(const absl::Status& status) {
  const std::string message(status.message());
  if (absl::IsUnavailable(status)) return Of(Kind::kUnreachable, "journal_unavailable", message);
  if (absl::IsUnknown(status)) return Of(Kind::kUnknown, "journal_not_synced", message);
  return Of(Kind::kConfig, "journal_unusable", message);
}

// The sandbox may have paid under the key, so that the outcome of this refund is not known.
PaymentOutcome KeyReused() {
  return Of(Kind::kUnknown, "idempotency_key_reused",
            "the sandbox received this idempotency key with another refund, payment or amount");
}

std::string PayoutIdOf(const PaymentRefund& refund) {
  return StrCat("sandbox_", refund.idempotency_key);
}

SandboxEntry EntryOf(SandboxEntry::Type type, const PaymentRefund& refund, absl::Time now,
                     std::string result) {
  return {.type = type,
          .time = now,
          .key = refund.idempotency_key,
          .refund_id = refund.id.ToString(),
          .payment_reference = refund.payment_reference,
          .amount = refund.amount,
          .result = std::move(result)};
}

SandboxEntry PayoutOf(const PaymentRefund& refund, absl::Time now) {
  return EntryOf(SandboxEntry::Type::kPayout, refund, now, PayoutIdOf(refund));
}

bool HasParametersOf(const PaymentRefund& refund, const SandboxEntry& entry) {
  return entry.refund_id == refund.id.ToString() && entry.payment_reference == refund.payment_reference &&
         entry.amount == refund.amount;
}

std::string NameOf(Kind kind) {
  return std::string(kPaymentOutcomeNames[static_cast<std::size_t>(kind)]);
}

// Sleeps for `duration`, but not beyond the deadline.
void Sleep(absl::Duration duration, Deadline deadline) {
  absl::SleepFor(std::min(duration, deadline.remaining()));
}

absl::StatusOr<std::unique_ptr<PaymentProvider>> CreateSandbox(const SandboxSettings& settings) {
  return SandboxPaymentProvider::Create(settings);
}

absl::Status CheckDirectory(const SandboxSettings& settings) {
  const std::filesystem::path directory = std::filesystem::path(settings.path).parent_path();
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  return absl::InvalidArgumentError("must be in an existing directory");
}

}  // namespace

absl::StatusOr<std::unique_ptr<SandboxPaymentProvider>> SandboxPaymentProvider::Create(
    const SandboxSettings& settings, Now now) {
  ASSIGN_OR_RETURN(auto journal, SandboxJournal::Open(settings.path));
  return absl::WrapUnique(new SandboxPaymentProvider(settings, std::move(now), std::move(journal)));
}

PaymentOutcome SandboxPaymentProvider::Refund(const PaymentRefund& refund, Deadline deadline) {
  if (deadline.expired()) {
    return Of(Kind::kUnreachable, "deadline_expired", "the deadline expired before the attempt");
  }
  PaymentOutcome outcome;
  bool first = false;
  const absl::Status status =
      journal_->Change(refund.idempotency_key, deadline, [&](const SandboxRefund* known) {
        const absl::Time now = now_();
        first = known == nullptr;
        const bool reused = !first && !HasParametersOf(refund, known->first);
        outcome = reused ? KeyReused() : OutcomeOf(refund, first ? now : known->first.time, now);
        std::vector<SandboxEntry> entries = {
            EntryOf(SandboxEntry::Type::kRequest, refund, now, NameOf(outcome.kind))};
        if (outcome.kind == Kind::kSucceeded && (first || known->payouts == 0)) {
          entries.push_back(PayoutOf(refund, now));
        }
        return entries;
      });
  if (!status.ok()) return FailureOf(status);

  const SandboxBehavior behavior = BehaviorOf(refund.payment_reference);
  Sleep(settings_.latency, deadline);
  if (behavior == SandboxBehavior::kPaysThenTimesOut && first) Sleep(absl::InfiniteDuration(), deadline);
  if (behavior == SandboxBehavior::kAnswersLate) Sleep(deadline.remaining() / 2, deadline);
  return deadline.expired() ? TimedOut() : outcome;
}

PaymentOutcome SandboxPaymentProvider::FindRefund(const PaymentRefund& refund,
                                                  std::string_view /*provider_reference*/,
                                                  Deadline deadline) {
  const SandboxBehavior behavior = BehaviorOf(refund.payment_reference);
  PaymentOutcome outcome = Of(Kind::kNotFound, "not_found", "the sandbox has no such refund");
  const absl::Status status =
      journal_->Change(refund.idempotency_key, deadline, [&](const SandboxRefund* known) {
        std::vector<SandboxEntry> entries;
        if (known == nullptr) return entries;
        if (!HasParametersOf(refund, known->first)) {
          outcome = KeyReused();
          return entries;
        }
        const absl::Time now = now_();
        const PaymentOutcome found = OutcomeOf(refund, known->first.time, now);
        const bool unpaid = known->payouts == 0;
        // The end of the pending time is not an event of its own: the payout is recorded when it is observed.
        if (found.kind == Kind::kSucceeded && unpaid && behavior == SandboxBehavior::kPendingSettles) {
          entries.push_back(PayoutOf(refund, now));
        }
        const bool accepted =
            !unpaid || !entries.empty() || found.kind == Kind::kPending || found.kind == Kind::kFailed;
        if (accepted) outcome = found;
        return entries;
      });
  if (!status.ok()) return FailureOf(status);
  Sleep(settings_.latency, deadline);
  return deadline.expired() ? TimedOut() : outcome;
}

PaymentOutcome SandboxPaymentProvider::Probe(Deadline deadline) {
  const absl::Status status =
      journal_->Change("", deadline, [](const SandboxRefund*) { return std::vector<SandboxEntry>(); });
  return status.ok() ? Of(Kind::kSucceeded, "", "") : FailureOf(status);
}

absl::StatusOr<std::optional<RefundHint>> SandboxPaymentProvider::ReadWebhook(const Webhook& webhook,
                                                                              Deadline /*deadline*/) {
  if (!has_webhooks()) return absl::UnimplementedError("payments.sandbox.webhook_secret is not set");
  RETURN_IF_ERROR(
      webhook_secrets_.Verify(webhook.Header("sandbox-signature"), webhook.body, webhook.receive_time));
  const nlohmann::json event = nlohmann::json::parse(webhook.body, nullptr, /*allow_exceptions=*/false);
  const auto text = [&](const char* member) {
    const bool present = event.is_object() && event.contains(member) && event[member].is_string();
    return present ? event[member].get<std::string>() : std::string();
  };
  RefundHint hint{.event_id = text("id"), .refund_id = RefundId::Parse(text("refund_id"))};
  if (hint.event_id.empty() || !hint.refund_id) {
    return absl::InvalidArgumentError("a webhook of the sandbox must have an id and a refund_id");
  }
  return hint;
}

PaymentOutcome SandboxPaymentProvider::OutcomeOf(const PaymentRefund& refund, absl::Time since,
                                                 absl::Time now) const {
  const SandboxBehavior behavior = BehaviorOf(refund.payment_reference);
  PaymentOutcome succeeded = Of(Kind::kSucceeded, "", "");
  succeeded.provider_reference = PayoutIdOf(refund);
  switch (behavior) {
    case SandboxBehavior::kDeclines:
      return Of(Kind::kFailed, "declined", "the sandbox declines refunds of this payment");
    case SandboxBehavior::kLimitsRate:
      if (now >= since + kRateWait) return succeeded;
      return Waiting(Kind::kRetry, since + kRateWait - now, "rate_limited",
                     "the sandbox limits the rate of refunds of this payment");
    case SandboxBehavior::kPendingSettles:
    case SandboxBehavior::kPendingFails: {
      const absl::Time end = since + settings_.pending;
      if (now < end) {
        PaymentOutcome pending = Waiting(Kind::kPending, end - now, "pending", "the refund is pending");
        pending.provider_reference = PayoutIdOf(refund);
        return pending;
      }
      if (behavior == SandboxBehavior::kPendingSettles) return succeeded;
      return Of(Kind::kFailed, "declined_later", "the sandbox declined the refund after it was pending");
    }
    case SandboxBehavior::kSettles:
    case SandboxBehavior::kPaysThenTimesOut:
    case SandboxBehavior::kAnswersLate:
      return succeeded;
  }
  return succeeded;
}

PaymentProviderDescriptor DescribeSandboxPayments() {
  return {
      .section = {.name = "sandbox",
                  .defaults = SandboxSettings(),
                  .keys = {{.name = "path",
                            .member = RefTo(&SandboxSettings::path),
                            .description = "file that records the requests and payouts of the sandbox, "
                                           "one line of JSON each; created if missing",
                            .required = true},
                           {.name = "pending",
                            .member = RefTo(&SandboxSettings::pending),
                            .description = "how long a pending refund of the sandbox stays pending",
                            .min = "0s",
                            .max = "24h"},
                           {.name = "latency",
                            .member = RefTo(&SandboxSettings::latency),
                            .description = "time that the sandbox adds to each response",
                            .min = "0s",
                            .max = "1h"},
                           {.name = "webhook_secret",
                            .member = RefTo(&SandboxSettings::webhook_secret),
                            .description = "secret that signs webhooks to the sandbox; several secrets, "
                                           "separated by commas; empty: no webhooks",
                            .check = &WebhookSecrets::Check,
                            .secret = true}},
                  .machine_checks = {{.keys = {"path"}, .check = WithSettings(&CheckDirectory)}}},
      .create = WithSettings(&CreateSandbox),
      .start_warning = "the payment provider sandbox moves no money; use it only for experiments and tests"};
}

}  // namespace keelson
