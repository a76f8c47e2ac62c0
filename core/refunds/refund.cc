#include "core/refunds/refund.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_split.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct RefundStep {
  RefundState from;
  RefundState to;
};

using enum RefundState;

constexpr std::array kRefundSteps = {
    RefundStep{kRequested, kApproved},   RefundStep{kRequested, kRejected},
    RefundStep{kRequested, kCancelled},  RefundStep{kApproved, kProcessing},
    RefundStep{kApproved, kCancelled},   RefundStep{kProcessing, kProcessing},
    RefundStep{kProcessing, kFailed},    RefundStep{kProcessing, kSucceeded},
    RefundStep{kProcessing, kCancelled}, RefundStep{kFailed, kApproved},
    RefundStep{kFailed, kRequested},
};

std::vector<RefundLine> LinesOf(const RefundPortion& portion) {
  std::vector<RefundLine> lines;
  for (const RefundPortion::Line& line : portion.lines) {
    lines.push_back({static_cast<std::int64_t>(line.index), line.quantity, line.amount, line.withheld});
  }
  return lines;
}

}  // namespace

std::string_view RefundStateName(RefundState state) {
  switch (state) {
    case kRequested:
      return "REQUESTED";
    case kApproved:
      return "APPROVED";
    case kProcessing:
      return "PROCESSING";
    case kSucceeded:
      return "SUCCEEDED";
    case kFailed:
      return "FAILED";
    case kRejected:
      return "REJECTED";
    case kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

bool HoldsAmount(RefundState state) {
  return state == kRequested || state == kApproved || state == kProcessing;
}

bool CanMove(RefundState from, RefundState to) {
  return std::any_of(kRefundSteps.begin(), kRefundSteps.end(),
                     [&](const RefundStep& step) { return step.from == from && step.to == to; });
}

std::string_view RefundReasonName(RefundReason reason) {
  switch (reason) {
    case RefundReason::kUnspecified:
      return "UNSPECIFIED";
    case RefundReason::kRequestedByCustomer:
      return "REQUESTED_BY_CUSTOMER";
    case RefundReason::kDuplicate:
      return "DUPLICATE";
    case RefundReason::kFraudulent:
      return "FRAUDULENT";
    case RefundReason::kDefective:
      return "DEFECTIVE";
    case RefundReason::kNotReceived:
      return "NOT_RECEIVED";
    case RefundReason::kOrderCancelled:
      return "ORDER_CANCELLED";
    case RefundReason::kOther:
      return "OTHER";
  }
  return "UNKNOWN";
}

std::string_view RefundScopeKindName(RefundScopeKind kind) {
  switch (kind) {
    case RefundScopeKind::kUnspecified:
      return "UNSPECIFIED";
    case RefundScopeKind::kEverything:
      return "EVERYTHING";
    case RefundScopeKind::kAmount:
      return "AMOUNT";
    case RefundScopeKind::kLines:
      return "LINES";
  }
  return "UNKNOWN";
}

std::vector<RefundId> SplitIds(const RefundFields& refund) {
  std::vector<RefundId> ids;
  for (const absl::string_view text : absl::StrSplit(ToAbsl(refund.split_ids), ',', absl::SkipEmpty())) {
    if (const std::optional<RefundId> id = RefundId::Parse({text.data(), text.size()})) ids.push_back(*id);
  }
  return ids;
}

bool AwaitsConfirmation(const RefundFields& refund) {
  return refund.state == kProcessing && !refund.due_time && refund.failure_code == kAwaitingConfirmation;
}

Refund Refund::Create(RefundId id, const Order& order, Request request, absl::Time now) {
  RefundFields fields;
  fields.id = id;
  fields.order_id = order->id;
  fields.user_id = order->user_id;
  fields.state = request.needs_approval ? kRequested : kApproved;
  if (!request.needs_approval) fields.due_time = now;
  fields.currency = order->currency;
  fields.amount = request.portion.amount;
  fields.shipping = request.portion.shipping;
  fields.lines = LinesOf(request.portion);
  fields.scope = request.scope;
  fields.reason = request.reason;
  fields.note = std::move(request.note);
  fields.labels = std::move(request.labels);
  fields.overridden_rules = std::move(request.overridden_rules);
  fields.override_note = std::move(request.override_note);
  fields.requested_by = std::move(request.requested_by);
  fields.payment = static_cast<std::int64_t>(request.portion.payment);
  fields.split_ids = std::move(request.split_ids);
  const bool is_only = order->payments.empty();
  fields.payment_provider =
      is_only ? order->payment_provider : order->payments.at(request.portion.payment).provider;
  fields.payment_reference =
      is_only ? order->payment_reference : order->payments.at(request.portion.payment).reference;
  fields.create_time = now;
  fields.update_time = now;
  return Refund(std::move(fields));
}

Refund Refund::Import(RefundId id, const Order& order, Request request, Settlement settlement,
                      absl::Time now) {
  Refund refund = Create(id, order, std::move(request), settlement.create_time);
  RefundFields& fields = refund.fields_;
  fields.state = kSucceeded;
  fields.provider_reference = std::move(settlement.provider_reference);
  // The attempt of the other system.
  fields.attempts = 1;
  fields.due_time.reset();
  fields.settle_time = settlement.settle_time;
  fields.update_time = now;
  return refund;
}

RefundPortion Refund::portion() const {
  RefundPortion portion{fields_.amount, fields_.shipping, {}, static_cast<std::size_t>(fields_.payment)};
  for (const RefundLine& line : fields_.lines) {
    portion.lines.push_back(
        {static_cast<std::size_t>(line.index), line.quantity, line.amount, line.withheld});
  }
  return portion;
}

absl::Status Refund::BeginAttempt(absl::Time retry_time, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(kProcessing, now));
  ++fields_.attempts;
  fields_.failure_code.clear();
  fields_.failure_message.clear();
  fields_.due_time = retry_time;
  return absl::OkStatus();
}

absl::Status Refund::ReleaseLease(absl::Time now) {
  RETURN_IF_ERROR(RequireState(kProcessing));
  RETURN_IF_ERROR(MoveTo(kProcessing, now));
  fields_.due_time = now;
  return absl::OkStatus();
}

absl::Status Refund::Succeed(std::string provider_reference, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(kSucceeded, now));
  SetProviderReference(std::move(provider_reference));
  fields_.failure_code.clear();
  fields_.failure_message.clear();
  fields_.due_time.reset();
  fields_.settle_time = now;
  return absl::OkStatus();
}

absl::Status Refund::Fail(std::string code, std::string message, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(kFailed, now));
  fields_.failure_code = std::move(code);
  fields_.failure_message = std::move(message);
  fields_.due_time.reset();
  fields_.settle_time = now;
  return absl::OkStatus();
}

absl::Status Refund::Approve(std::string decided_by, std::string note, absl::Time now) {
  RETURN_IF_ERROR(RequireState(kRequested));
  if (decided_by == fields_.requested_by && decided_by != kAnonymous) {
    return MakeError(Reason::kSelfApproval,
                     StrCat("the refund was requested by ", decided_by, "; another approver must approve it"),
                     {{"requested_by", fields_.requested_by}});
  }
  RETURN_IF_ERROR(Decide(kApproved, std::move(decided_by), std::move(note), now));
  fields_.due_time = now;
  return absl::OkStatus();
}

absl::Status Refund::Reject(std::string decided_by, std::string note, absl::Time now) {
  return Decide(kRejected, std::move(decided_by), std::move(note), now);
}

absl::Status Refund::Cancel(std::string decided_by, std::string note, absl::Time now) {
  // The payment provider may have paid the refund.
  if (fields_.state == kProcessing && !AwaitsConfirmation(fields_)) return CannotBecome(kCancelled);
  RETURN_IF_ERROR(Decide(kCancelled, std::move(decided_by), std::move(note), now));
  fields_.failure_code.clear();
  fields_.failure_message.clear();
  return absl::OkStatus();
}

absl::Status Refund::CheckRetry() const {
  return RequireState(kFailed);
}

absl::Status Refund::Retry(const RefundPortion& portion, bool needs_approval, absl::Time now) {
  RETURN_IF_ERROR(CheckRetry());
  RETURN_IF_ERROR(MoveTo(needs_approval ? kRequested : kApproved, now));
  if (needs_approval) {
    fields_.decided_by.clear();
    fields_.decision_note.clear();
    fields_.decide_time.reset();
  } else {
    fields_.due_time = now;
  }
  fields_.lines = LinesOf(portion);
  // The next attempt requests a new refund from the provider.
  fields_.provider_reference.clear();
  fields_.failure_code.clear();
  fields_.failure_message.clear();
  fields_.settle_time.reset();
  ++fields_.retries;
  return absl::OkStatus();
}

absl::Status Refund::Postpone(std::string code, std::string message, absl::Time retry_time, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(kProcessing, now));
  // An empty code means that an attempt is in progress.
  fields_.failure_code = code.empty() ? "UNKNOWN" : std::move(code);
  fields_.failure_message = std::move(message);
  fields_.due_time = retry_time;
  return absl::OkStatus();
}

void Refund::EraseNotes(absl::Time now) {
  fields_.note.clear();
  fields_.decision_note.clear();
  fields_.override_note.clear();
  fields_.update_time = now;
  ++fields_.version;
}

absl::Status Refund::AwaitProvider(std::string provider_reference, std::string code, std::string message,
                                   absl::Time poll_time, absl::Time now) {
  if (code.empty()) code = "PENDING";
  RETURN_IF_ERROR(Postpone(std::move(code), std::move(message), poll_time, now));
  SetProviderReference(std::move(provider_reference));
  return absl::OkStatus();
}

absl::Status Refund::AwaitConfirmation(std::string provider_reference, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(kProcessing, now));
  SetProviderReference(std::move(provider_reference));
  fields_.failure_code = kAwaitingConfirmation;
  fields_.failure_message = "a person must pay the refund out and then call ConfirmRefund";
  fields_.due_time.reset();
  return absl::OkStatus();
}

absl::Status Refund::Confirm(std::string provider_reference, absl::Time now) {
  RETURN_IF_ERROR(RequireState(kProcessing));
  if (!AwaitsConfirmation(fields_)) {
    return MakeError(
        Reason::kRefundState,
        StrCat("the refund does not await confirmation: the payment provider ", fields_.payment_provider,
               " settles the refund without a confirmation, or has not accepted the refund yet"),
        {{"state", std::string(RefundStateName(fields_.state))}});
  }
  return Succeed(std::move(provider_reference), now);
}

absl::Status Refund::Decide(RefundState next, std::string decided_by, std::string note, absl::Time now) {
  RETURN_IF_ERROR(MoveTo(next, now));
  fields_.decided_by = std::move(decided_by);
  fields_.decision_note = std::move(note);
  fields_.decide_time = now;
  fields_.due_time.reset();
  return absl::OkStatus();
}

// MoveTo alone does not suffice, because a refund becomes APPROVED from REQUESTED (an approval) or from
// FAILED (a retry).
absl::Status Refund::RequireState(RefundState expected) const {
  if (fields_.state == expected) return absl::OkStatus();
  return MakeError(
      Reason::kRefundState,
      StrCat("the refund is ", RefundStateName(fields_.state), ", but must be ", RefundStateName(expected)),
      {{"state", std::string(RefundStateName(fields_.state))}});
}

void Refund::SetProviderReference(std::string provider_reference) {
  if (!provider_reference.empty()) fields_.provider_reference = std::move(provider_reference);
}

absl::Status Refund::CannotBecome(RefundState next) const {
  return MakeError(
      Reason::kRefundState,
      StrCat("the refund is ", RefundStateName(fields_.state), " and can't become ", RefundStateName(next)),
      {{"state", std::string(RefundStateName(fields_.state))}});
}

absl::Status Refund::MoveTo(RefundState next, absl::Time now) {
  if (!CanMove(fields_.state, next)) return CannotBecome(next);
  fields_.state = next;
  fields_.update_time = now;
  ++fields_.version;
  return absl::OkStatus();
}

Event RefundRequestedEvent(const Refund& refund, const CallContext& context, absl::Time now) {
  EventPayload payload;
  payload.Add("order_id", refund->order_id.ToString())
      .Add("amount", refund->amount)
      .Add("currency_code", refund->currency.code())
      .Add("reason", RefundReasonName(refund->reason))
      .Add("state", RefundStateName(refund->state));
  const bool is_only = refund->payment == 0 && refund->split_ids.empty();
  if (!is_only) payload.Add("payment_id", StrCat(refund->payment + 1));
  if (!refund->overridden_rules.empty()) payload.Add("overridden_rules", refund->overridden_rules);
  return MakeEvent("refund.requested", refund->id.ToString(), refund->user_id, context, now,
                   std::move(payload));
}

Event RefundDecidedEvent(std::string_view type, const Refund& refund, const CallContext& context,
                         absl::Time now) {
  return MakeEvent(type, refund->id.ToString(), refund->user_id, context, now,
                   EventPayload()
                       .Add("order_id", refund->order_id.ToString())
                       .Add("has_note", !refund->decision_note.empty()));
}

Event RefundSettlementEvent(std::string_view type, const Refund& refund, const CallContext& context,
                            absl::Time now) {
  EventPayload payload;
  payload.Add("order_id", refund->order_id.ToString()).Add("attempts", refund->attempts);
  if (!refund->failure_code.empty()) payload.Add("failure_code", refund->failure_code);
  return MakeEvent(type, refund->id.ToString(), refund->user_id, context, now, std::move(payload));
}

Event RefundRetriedEvent(const Refund& refund, const CallContext& context, absl::Time now) {
  return MakeEvent("refund.retried", refund->id.ToString(), refund->user_id, context, now,
                   EventPayload()
                       .Add("order_id", refund->order_id.ToString())
                       .Add("retries", refund->retries)
                       .Add("state", RefundStateName(refund->state)));
}

}  // namespace keelson
