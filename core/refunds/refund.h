#pragma once

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

// The numbers are stored: they never change.
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
// Its amount is held: neither paid out nor refundable.
bool HoldsAmount(RefundState state);
// Whether the state machine has a step from one to the other.
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

struct RefundLine {
  // Counted from 0: the line_id less one.
  std::int64_t index = 0;
  std::int64_t quantity = 0;
  std::int64_t amount = 0;

  bool operator==(const RefundLine&) const = default;
};

template <typename Visitor>
void VisitFields(Visitor& a, RefundLine& l) {
  a(l.index), a(l.quantity), a(l.amount);
}

struct RefundFields {
  RefundId id;
  OrderId order_id;
  UserId user_id;
  RefundState state = RefundState::kApproved;
  Currency currency;
  std::int64_t amount = 0;
  // The part of the amount that gives back shipping, where it was asked for by line.
  std::int64_t shipping = 0;
  std::vector<RefundLine> lines;
  RefundReason reason = RefundReason::kUnspecified;
  std::string note;
  std::string requested_by;
  std::string decided_by;
  std::string decision_note;
  // How the payment is known to its provider, and how the refund is.
  std::string payment_provider;
  std::string payment_reference;
  std::string provider_reference;
  std::string failure_code;
  std::string failure_message;
  // Counts the attempts, and fences them: an attempt's outcome is written only while no later one began.
  std::int64_t attempts = 0;
  // When the settler next looks at it, while it is approved or processing.
  std::optional<absl::Time> due_time;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> decide_time;
  std::optional<absl::Time> settle_time;
  std::int64_t version = 1;

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
    Immutable("lines", &RefundFields::lines),
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
};

// Money on its way back. Read its fields with `refund->state`; they change by the methods alone, each of
// which fails with REFUND_STATE where the state does not allow it, and then changes nothing.
class Refund {
 public:
  struct Request {
    RefundPortion portion;
    RefundReason reason = RefundReason::kUnspecified;
    std::string note;
    std::string requested_by;
    bool needs_approval = false;
  };
  // In state REQUESTED where it needs approval, else APPROVED and due at once.
  static Refund Create(RefundId id, const Order& order, Request request, absl::Time now);
  // From fields that a store has kept.
  explicit Refund(RefundFields fields) : fields_(std::move(fields)) {}

  const RefundFields* operator->() const { return &fields_; }
  const RefundFields& fields() const { return fields_; }
  Money amount() const { return {fields_.currency, fields_.amount}; }
  RefundPortion portion() const;

  // An attempt begins; until `retry_time` nobody else makes one. APPROVED or PROCESSING to PROCESSING.
  absl::Status BeginAttempt(absl::Time retry_time, absl::Time now);
  absl::Status Succeed(std::string provider_reference, absl::Time now);
  absl::Status Fail(std::string code, std::string message, absl::Time now);
  // REQUESTED or APPROVED to CANCELLED, decided by `decided_by`.
  absl::Status Cancel(std::string decided_by, std::string note, absl::Time now);
  // No definite answer: stays PROCESSING, to be asked again under the same key at `retry_time`.
  absl::Status Postpone(std::string code, std::string message, absl::Time retry_time, absl::Time now);

 private:
  absl::Status MoveTo(RefundState next, absl::Time now);

  RefundFields fields_;
};

// "refund.requested": the event that a new refund is told by.
Event RefundRequestedEvent(const Refund& refund, const CallContext& context, absl::Time now);
Event RefundCancelledEvent(const Refund& refund, const CallContext& context, absl::Time now);

}  // namespace keelson
