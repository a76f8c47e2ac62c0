// State transitions of a refund that callers request: the decisions of approvers, cancellation, and the retry
// of a failed refund.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/refunds/refund.h"
#include "core/refunds/refund_policy.h"
#include "core/store/store.h"

namespace keelson {

// A decision about a REQUESTED refund also applies to the REQUESTED refunds that the same call created for
// the other payments of the order (RefundFields::split_ids).
struct DecideRefundCommand {
  std::string request_id;
  std::string id;
  // Internal: the note is not sent to the customer. At most 500 characters.
  std::string note;
  std::string etag;
};

// Moves a REQUESTED refund to APPROVED, so that SettleRefunds pays the refund out.
class ApproveRefund {
 public:
  ApproveRefund(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND, REFUND_STATE, SELF_APPROVAL if the caller requested the refund,
  // ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Refund> Handle(const CallContext& context, const DecideRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

// Moves a REQUESTED refund to REJECTED and releases its amount.
class RejectRefund {
 public:
  RejectRefund(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND, REFUND_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Refund> Handle(const CallContext& context, const DecideRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

// Moves a REQUESTED or APPROVED refund, or a refund that awaits confirmation, to CANCELLED and releases its
// amount.
class CancelRefund {
 public:
  CancelRefund(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND, REFUND_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Refund> Handle(const CallContext& context, const DecideRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

struct RetryRefundCommand {
  std::string request_id;
  std::string id;
  std::string etag;
};

// Reserves the amount of a FAILED refund again and moves the refund to APPROVED, or to REQUESTED if it needs
// approval, if every rule passes (JudgeRetry).
class RetryRefund {
 public:
  RetryRefund(Store& store, Clock& clock, const RefundPolicies& policies)
      : store_(store), clock_(clock), policies_(policies) {}
  // Errors: FIELD_INVALID, REFUND_NOT_FOUND, REFUND_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED, and
  // REFUND_NOT_ALLOWED with a violation for each failed rule.
  absl::StatusOr<Refund> Handle(const CallContext& context, const RetryRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  const RefundPolicies& policies_;
};

}  // namespace keelson
