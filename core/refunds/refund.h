#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/money.h"
#include "core/events/event.h"
#include "core/orders/order.h"

namespace keelson {

// Maximum length of the notes of a refund, in characters.
inline constexpr std::size_t kMaxRefundNote = 500;

// The store contains these numbers, so they must not change.
enum class RefundState {
  kRequested = 1,
  kApproved = 2,
  kProcessing = 3,
  kSucceeded = 4,
  kFailed = 5,
  kRejected = 6,
  kCancelled = 7,
};
std::string_view RefundStateName(RefundState state);
// Whether a refund in this state reserves its amount, so that other refunds can't use the amount.
bool HoldsAmount(RefundState state);
// Whether the state machine has a transition from `from` to `to`.
bool CanMove(RefundState from, RefundState to);

enum class RefundReason {
  kUnspecified = 0,
  kRequestedByCustomer = 1,
  kDuplicate = 2,
  kFraudulent = 3,
  kDefective = 4,
  kNotReceived = 5,
  kOrderCancelled = 6,
  kOther = 7,
};
std::string_view RefundReasonName(RefundReason reason);
// Every reason except kUnspecified.
inline constexpr std::array kRefundReasons = {
    RefundReason::kRequestedByCustomer,
    RefundReason::kDuplicate,
    RefundReason::kFraudulent,
    RefundReason::kDefective,
    RefundReason::kNotReceived,
    RefundReason::kOrderCancelled,
    RefundReason::kOther,
};

// The kind of scope that the caller requested. The store contains these numbers, so they must not change.
enum class RefundScopeKind { kUnspecified = 0, kEverything = 1, kAmount = 2, kLines = 3 };
std::string_view RefundScopeKindName(RefundScopeKind kind);

struct RefundLine {
  // Zero-based index of the line: the line_id minus 1.
  std::int64_t index = 0;
  // 0 if another refund of the same call (RefundFields::split_ids) returns the units.
  std::int64_t quantity = 0;
  std::int64_t amount = 0;
  // The units' share of the line's total that the refund does not pay out.
  std::int64_t withheld = 0;

  bool operator==(const RefundLine&) const = default;
};

template <>
inline constexpr auto kFields<RefundLine> = std::tuple{
    Immutable("index", &RefundLine::index),
    Immutable("quantity", &RefundLine::quantity),
    Immutable("amount", &RefundLine::amount),
    Immutable("withheld", &RefundLine::withheld),
};

// The failure_code of a refund that awaits the confirmation of a person.
inline constexpr std::string_view kAwaitingConfirmation = "AWAITING_CONFIRMATION";

struct RefundFields {
  RefundId id;
  OrderId order_id;
  UserId user_id;
  RefundState state = RefundState::kApproved;
  Currency currency;
  std::int64_t amount = 0;
  // The part of the amount that refunds shipping. The rest, beyond `lines` and `shipping`, is goodwill.
  std::int64_t shipping = 0;
  std::vector<RefundLine> lines;
  RefundReason reason = RefundReason::kUnspecified;
  std::string note;
  std::string requested_by;
  std::string decided_by;
  std::string decision_note;
  // The payment provider's name, and the ids that the provider assigned to the payment and to the refund.
  std::string payment_provider;
  std::string payment_reference;
  std::string provider_reference;
  // Why the last attempt failed, or why the refund waits; empty while an attempt is in progress.
  std::string failure_code;
  std::string failure_message;
  // Number of attempts. Serves as fencing token: the outcome of an attempt is saved only if no later attempt
  // has begun.
  std::int64_t attempts = 0;
  // When the next attempt is due, or when the lease of the current attempt expires. Set while the refund is
  // APPROVED or PROCESSING, unless the refund awaits confirmation.
  std::optional<absl::Time> due_time;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> decide_time;
  std::optional<absl::Time> settle_time;
  std::int64_t version = 1;
  RefundScopeKind scope = RefundScopeKind::kUnspecified;
  Labels labels;
  // The failed rules that an approver overrode, separated by commas, and the reason; empty if none.
  std::string overridden_rules;
  std::string override_note;
  // Number of retries after a failure. Each retry uses a new idempotency key of the payment provider.
  std::int64_t retries = 0;
  // Zero-based index of the refunded payment in Order::payments.
  std::int64_t payment = 0;
  // The ids of the refunds that one call created, one for each payment, including this refund, separated by
  // commas; empty if the call created one refund.
  std::string split_ids;

  bool operator==(const RefundFields&) const = default;
};

template <>
inline constexpr auto kFields<RefundFields> = std::tuple{
    Immutable("id", &RefundFields::id),
    Immutable("order_id", &RefundFields::order_id),
    Immutable("user_id", &RefundFields::user_id),
    Mutable("state", &RefundFields::state),
    Immutable("currency", &RefundFields::currency),
    Immutable("amount", &RefundFields::amount),
    Immutable("shipping", &RefundFields::shipping),
    Mutable("lines", &RefundFields::lines),
    Immutable("reason", &RefundFields::reason),
    Immutable("note", &RefundFields::note),
    Immutable("requested_by", &RefundFields::requested_by),
    Mutable("decided_by", &RefundFields::decided_by),
    Mutable("decision_note", &RefundFields::decision_note),
    Immutable("payment_provider", &RefundFields::payment_provider),
    Immutable("payment_reference", &RefundFields::payment_reference),
    Mutable("provider_reference", &RefundFields::provider_reference),
    Mutable("failure_code", &RefundFields::failure_code),
    Mutable("failure_message", &RefundFields::failure_message),
    Mutable("attempts", &RefundFields::attempts),
    Mutable("due_time", &RefundFields::due_time),
    Immutable("create_time", &RefundFields::create_time),
    Mutable("update_time", &RefundFields::update_time),
    Mutable("decide_time", &RefundFields::decide_time),
    Mutable("settle_time", &RefundFields::settle_time),
    Mutable("version", &RefundFields::version),
    Immutable("scope", &RefundFields::scope),
    Immutable("labels", &RefundFields::labels),
    Immutable("overridden_rules", &RefundFields::overridden_rules),
    Immutable("override_note", &RefundFields::override_note),
    Mutable("retries", &RefundFields::retries),
    Immutable("payment", &RefundFields::payment),
    Immutable("split_ids", &RefundFields::split_ids),
};

// Returns the ids in RefundFields::split_ids.
std::vector<RefundId> SplitIds(const RefundFields& refund);

// Whether the refund waits until a person has paid and confirmed it (ConfirmRefund).
bool AwaitsConfirmation(const RefundFields& refund);

// A refund and its state machine. Fields are read as `refund->state` and change only by the methods below. A
// method fails with REFUND_STATE and changes nothing if the state does not allow the transition.
class Refund {
 public:
  struct Request {
    RefundPortion portion;
    RefundScopeKind scope = RefundScopeKind::kUnspecified;
    RefundReason reason = RefundReason::kUnspecified;
    std::string note;
    Labels labels = {};
    std::string requested_by;
    bool needs_approval = false;
    std::string overridden_rules = {};
    std::string override_note = {};
    std::string split_ids = {};
  };
  // Returns a REQUESTED refund if it needs approval, otherwise an APPROVED refund that is due immediately.
  static Refund Create(RefundId id, const Order& order, Request request, absl::Time now);
  // The result of a refund that another system has paid out.
  struct Settlement {
    std::string provider_reference;
    absl::Time create_time;
    absl::Time settle_time;
  };
  // Returns a SUCCEEDED refund that another system has paid out. `now`: the time of the import.
  static Refund Import(RefundId id, const Order& order, Request request, Settlement settlement,
                       absl::Time now);
  // Restores a refund from stored fields.
  explicit Refund(RefundFields fields) : fields_(std::move(fields)) {}

  const RefundFields* operator->() const { return &fields_; }
  const RefundFields& fields() const { return fields_; }
  Money amount() const { return {fields_.currency, fields_.amount}; }
  RefundPortion portion() const;
  RefundSource source() const { return {fields_.id, fields_.payment_provider}; }
  // The part of the amount that belongs neither to a line nor to the shipping.
  std::int64_t goodwill() const { return portion().goodwill(); }

  // Begins an attempt: moves an APPROVED refund to PROCESSING, or keeps it PROCESSING. The next attempt must
  // not begin before `retry_time`, unless ReleaseLease is called.
  absl::Status BeginAttempt(absl::Time retry_time, absl::Time now);
  // Makes the next attempt of a PROCESSING refund due at once.
  absl::Status ReleaseLease(absl::Time now);
  // `provider_reference`: empty keeps the current reference.
  absl::Status Succeed(std::string provider_reference, absl::Time now);
  absl::Status Fail(std::string code, std::string message, absl::Time now);
  // Approve and Reject decide about a REQUESTED refund; Cancel ends a refund that is REQUESTED, APPROVED or
  // awaits confirmation.
  // `decided_by`: the caller. An approved refund is due immediately. Approve fails with SELF_APPROVAL if the
  // caller requested the refund, unless callers are not authenticated (kAnonymous).
  absl::Status Approve(std::string decided_by, std::string note, absl::Time now);
  absl::Status Reject(std::string decided_by, std::string note, absl::Time now);
  absl::Status Cancel(std::string decided_by, std::string note, absl::Time now);
  // REFUND_STATE unless the refund is FAILED.
  absl::Status CheckRetry() const;
  // Moves a FAILED refund to APPROVED, due immediately, or to REQUESTED if it needs approval; a REQUESTED
  // refund loses its earlier decision, and every refund loses its provider_reference. `portion`: the refund's
  // portion, with the currently withheld shares (JudgeRetry).
  absl::Status Retry(const RefundPortion& portion, bool needs_approval, absl::Time now);
  // Records an attempt with an unknown outcome: the refund stays PROCESSING, and the next attempt is due at
  // `retry_time`.
  absl::Status Postpone(std::string code, std::string message, absl::Time retry_time, absl::Time now);
  // Clears the notes, in any state, because the user is erased.
  void EraseNotes(absl::Time now);
  // Records that the provider has accepted the refund and will settle it later: the refund stays PROCESSING,
  // and the provider is asked again at `poll_time`. An empty `provider_reference` keeps the current
  // reference.
  absl::Status AwaitProvider(std::string provider_reference, std::string code, std::string message,
                             absl::Time poll_time, absl::Time now);
  // Records that a person must pay the refund out: the refund stays PROCESSING, without a due time, until
  // Confirm is called.
  absl::Status AwaitConfirmation(std::string provider_reference, absl::Time now);
  // Like Succeed, for a refund that awaits confirmation. REFUND_STATE if the refund does not await
  // confirmation.
  absl::Status Confirm(std::string provider_reference, absl::Time now);

 private:
  absl::Status RequireState(RefundState expected) const;
  // Keeps the current reference if the new one is empty.
  void SetProviderReference(std::string provider_reference);
  absl::Status CannotBecome(RefundState next) const;
  absl::Status MoveTo(RefundState next, absl::Time now);
  absl::Status Decide(RefundState next, std::string decided_by, std::string note, absl::Time now);

  RefundFields fields_;
};

// Whether callers wrote a text about the refund, which may contain personal data of the user.
inline bool HasNotes(const RefundFields& refund) {
  return !refund.note.empty() || !refund.decision_note.empty() || !refund.override_note.empty();
}

// The user whose personal data a stored response contains (core/store/idempotent_execution.h).
inline UserId SubjectOf(const RefundFields& response) {
  return HasNotes(response) ? response.user_id : UserId();
}

// Returns the event refund.requested, which records a new refund.
Event RefundRequestedEvent(const Refund& refund, const CallContext& context, absl::Time now);
// Returns the event of a decision, such as refund.approved. The event records whether the decision has a
// note, but not the note, because events outlive the erasure of the user.
Event RefundDecidedEvent(std::string_view type, const Refund& refund, const CallContext& context,
                         absl::Time now);
// Returns an event of the settlement: refund.processing, refund.succeeded or refund.failed.
Event RefundSettlementEvent(std::string_view type, const Refund& refund, const CallContext& context,
                            absl::Time now);
Event RefundRetriedEvent(const Refund& refund, const CallContext& context, absl::Time now);

}  // namespace keelson
