#include "core/refunds/create_refund.h"

#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "core/orders/notify_owner.h"
#include "core/orders/order_change.h"
#include "core/orders/order_repository.h"
#include "core/refunds/split_refund.h"
#include "core/store/idempotent_execution.h"

namespace keelson {

namespace {

// Fields that earlier versions did not have are appended only if they are set, each after its name: a request
// without them has the content that earlier versions stored, so that its repetition is recognized.
std::string ContentOf(const CreateRefundCommand& command) {
  FieldWriter content;
  content(command.order_id);
  AppendScope(command.scope, content);
  content(command.reason), content(command.note);
  AppendComposition(command.scope, content);
  if (!command.labels.empty()) content(std::string("labels")), content(command.labels);
  if (!command.rule_override.rules.empty()) {
    content(std::string("rule_override"));
    content(command.rule_override.rules), content(command.rule_override.note);
  }
  if (!command.payment_id.empty()) content(std::string("payment_id")), content(command.payment_id);
  return content.Take();
}

struct CheckedScope {
  OrderId order_id;
  RefundScope scope;
  std::optional<std::size_t> payment;
};

// `Input`: CheckRefundQuery or CreateRefundCommand.
template <typename Input>
absl::StatusOr<CheckedScope> Check(const Input& input, FieldErrors errors) {
  const std::optional<OrderId> id = OrderId::Parse(input.order_id);
  if (!id) errors.Add("order_id", InvalidId<OrderKind>());
  std::optional<RefundScope> scope = CheckScope(input.scope, errors);
  const std::optional<std::size_t> payment = CheckPaymentId(input.payment_id, errors);
  if (!errors.empty()) return errors.ToStatus();
  return CheckedScope{*id, *std::move(scope), payment};
}

RuleExceptions ExceptionsOf(const RuleOverride& rule_override) {
  return {RuleNames(rule_override.rules.begin(), rule_override.rules.end())};
}

}  // namespace

RefundScopeKind ScopeKindOf(const RefundScope& scope) {
  if (std::holds_alternative<RefundEverything>(scope)) return RefundScopeKind::kEverything;
  return std::holds_alternative<Money>(scope) ? RefundScopeKind::kAmount : RefundScopeKind::kLines;
}

std::optional<std::size_t> CheckPaymentId(std::string_view id, FieldErrors& errors) {
  if (id.empty()) return std::nullopt;
  const std::optional<std::int64_t> number = ParseOneBased(id);
  if (!number) {
    errors.Add("payment_id", "must be empty or the payment_id of a payment of the order");
    return std::nullopt;
  }
  return static_cast<std::size_t>(*number - 1);
}

absl::StatusOr<RefundCheck> CheckRefund::Handle(const CallContext& context, const CheckRefundQuery& query) {
  RETURN_IF_ERROR(AuthorizeRuleOverride(context, query.rule_override));
  FieldErrors errors;
  CheckRuleOverride(query.rule_override, errors);
  ASSIGN_OR_RETURN(const CheckedScope checked, Check(query, std::move(errors)));
  const RuleExceptions exceptions = ExceptionsOf(query.rule_override);
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  RefundCheck check;
  const absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const Order order, RequireOrder(tx.orders().Find(checked.order_id)));
    check.judgement = JudgeRefund(order, checked.scope, policy->TermsFor(query.reason), clock_.Now(),
                                  exceptions, checked.payment);
    check.payments.clear();
    if (check.judgement.allowed)
      check.payments = PortionsOf(order, *check.judgement.portion, checked.payment);
    check.amount.reset();
    if (check.judgement.portion) check.amount = order.MoneyOf(check.judgement.portion->amount);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return check;
}

absl::StatusOr<Refund> CreateRefund::Handle(const CallContext& context, const CreateRefundCommand& command) {
  RETURN_IF_ERROR(AuthorizeRuleOverride(context, command.rule_override));
  FieldErrors errors;
  CheckRequestId(command.request_id, errors);
  CheckLine("note", command.note, kMaxRefundNote, errors);
  CheckLabels("labels", command.labels, errors);
  CheckRuleOverride(command.rule_override, errors);
  ASSIGN_OR_RETURN(const CheckedScope checked, Check(command, std::move(errors)));

  const absl::Time now = clock_.Now();
  const Idempotency call(context, "CreateRefund", command.request_id, ContentOf(command));
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  const RuleExceptions exceptions = ExceptionsOf(command.rule_override);
  const auto create = [&](WriteTransaction& tx) -> absl::StatusOr<RefundFields> {
    ASSIGN_OR_RETURN(Order order, RequireOrder(tx.orders().FindForUpdate(checked.order_id)));
    RefundJudgement judgement =
        JudgeRefund(order, checked.scope, policy->TermsFor(command.reason), now, exceptions, checked.payment);
    if (!judgement.allowed) return NotAllowed(order, judgement);
    Refund::Request request;
    request.portion = *std::move(judgement.portion);
    request.scope = ScopeKindOf(checked.scope);
    request.reason = command.reason;
    request.note = command.note;
    request.labels = command.labels;
    request.requested_by = context.actor;
    request.needs_approval = judgement.needs_approval;
    request.overridden_rules = OverriddenRules(judgement.verdicts);
    if (!request.overridden_rules.empty()) request.override_note = command.rule_override.note;
    ASSIGN_OR_RETURN(const std::vector<Refund> refunds,
                     InsertRefunds(tx, context, ids_, order, std::move(request), checked.payment, now));
    RETURN_IF_ERROR(tx.orders().Update(order));
    if (judgement.needs_approval) {
      RETURN_IF_ERROR(NotifyOwner(tx, context, ids_, "refund_requested", order,
                                  {{"amount", SumOf(refunds).ToString()}}, now));
    }
    return refunds.front().fields();
  };
  ASSIGN_OR_RETURN(RefundFields fields,
                   ExecuteIdempotently<RefundFields>(store_, context, call, now, create));
  return Refund(std::move(fields));
}

}  // namespace keelson
