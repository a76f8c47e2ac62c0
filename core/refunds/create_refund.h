#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/text.h"
#include "core/refunds/refund.h"
#include "core/refunds/refund_rules.h"
#include "core/refunds/rule_override.h"
#include "core/refunds/scope_input.h"
#include "core/store/store.h"

namespace keelson {

RefundScopeKind ScopeKindOf(const RefundScope& scope);

// Returns the zero-based index of a payment; nullopt for an empty id, and after a violation.
std::optional<std::size_t> CheckPaymentId(std::string_view id, FieldErrors& errors);

struct CheckRefundQuery {
  std::string order_id;
  ScopeInput scope;
  RefundReason reason = RefundReason::kUnspecified;
  RuleOverride rule_override = {};
  // As in CreateRefundCommand.
  std::string payment_id = {};
};

struct RefundCheck {
  RefundJudgement judgement;
  // The portion of each payment that CreateRefund would refund; empty unless the refund is allowed.
  std::vector<RefundPortion> payments = {};
  // The refund amount; nullopt if it can't be computed.
  std::optional<Money> amount;
};

// Evaluates every refund rule by the terms of the reason, without creating a refund.
class CheckRefund {
 public:
  CheckRefund(Store& store, Clock& clock, const RefundPolicies& policies)
      : store_(store), clock_(clock), policies_(policies) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, and CALLER_NOT_ALLOWED if a caller without the role approver
  // overrides a rule.
  absl::StatusOr<RefundCheck> Handle(const CallContext& context, const CheckRefundQuery& query);

 private:
  Store& store_;
  Clock& clock_;
  const RefundPolicies& policies_;
};

struct CreateRefundCommand {
  std::string request_id;
  std::string order_id;
  ScopeInput scope;
  RefundReason reason = RefundReason::kUnspecified;
  // At most 500 characters.
  std::string note;
  Labels labels = {};
  RuleOverride rule_override = {};
  // The payment to refund: the one-based index in Order::payments as text. Empty: the oldest payments that
  // have an amount left.
  std::string payment_id = {};
};

// Creates a refund and reserves its amount on the order, if every rule passes. If the amount spans several
// payments, creates one refund for each payment (RefundFields::split_ids) and returns the first.
class CreateRefund {
 public:
  CreateRefund(Store& store, Clock& clock, IdGenerator& ids, const RefundPolicies& policies)
      : store_(store), clock_(clock), ids_(ids), policies_(policies) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, REQUEST_ID_REUSED, REFUND_NOT_ALLOWED with a violation for each
  // failed rule, and CALLER_NOT_ALLOWED if a caller without the role approver overrides a rule.
  absl::StatusOr<Refund> Handle(const CallContext& context, const CreateRefundCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const RefundPolicies& policies_;
};

}  // namespace keelson
