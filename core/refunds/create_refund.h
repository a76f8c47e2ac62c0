#pragma once

#include <optional>
#include <string>

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

struct CheckRefundQuery {
  std::string order_id;
  ScopeInput scope;
  RefundReason reason = RefundReason::kUnspecified;
  RuleOverride rule_override = {};
};

struct RefundCheck {
  RefundJudgement judgement;
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
};

// Creates a refund and reserves its amount on the order, if every rule passes.
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
