#include "core/refunds/create_refund.h"

#include <charconv>
#include <set>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/notify_owner.h"
#include "core/orders/order_change.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {

template <typename Visitor>
void VisitFields(Visitor& a, ScopeInput::Line& l) {
  a(l.line_id), a(l.quantity);
}

namespace {

constexpr std::size_t kMaxNote = 500;

struct ScopeSerializer {
  FieldWriter& content;
  void operator()(const std::monostate&) const {}
  void operator()(const RefundEverything&) const {}
  void operator()(const Amount& amount) const { content(amount); }
  void operator()(const ScopeInput::Lines& lines) const {
    content(lines.lines), content(lines.include_shipping);
  }
};

std::string ContentOf(const CreateRefundCommand& command) {
  FieldWriter content;
  content(command.order_id), content(command.scope.scope.index());
  std::visit(ScopeSerializer{content}, command.scope.scope);
  content(command.reason), content(command.note);
  // Only if set, so that calls without an override keep the fingerprint of versions without this field. The
  // name distinguishes the field from other optional fields.
  if (!command.rule_override.rules.empty()) {
    content(std::string("rule_override"));
    content(command.rule_override.rules), content(command.rule_override.note);
  }
  return content.Take();
}

// Parses "1", "2", …; nullopt for any other text, such as one with a sign or leading zeros.
std::optional<std::int64_t> ParseLineId(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || text.front() == '0') {
    return std::nullopt;
  }
  return number;
}

struct ScopeChecker {
  FieldErrors& errors;

  std::optional<RefundScope> operator()(const std::monostate&) const {
    errors.Add("scope", "must set exactly one of everything, amount and lines");
    return std::nullopt;
  }

  std::optional<RefundScope> operator()(const RefundEverything& everything) const { return everything; }

  std::optional<RefundScope> operator()(const Amount& amount) const {
    const std::optional<Money> money = CheckAmount("scope.amount", amount, errors);
    if (!money) return std::nullopt;
    return *money;
  }

  std::optional<RefundScope> operator()(const ScopeInput::Lines& input) const {
    if (input.lines.empty() && !input.include_shipping) {
      errors.Add("scope.lines.lines", "must have at least 1 entry, unless include_shipping is set");
    }
    if (input.lines.size() > kMaxScopeLines) {
      errors.Add("scope.lines.lines", StrCat("must have at most ", kMaxScopeLines, " entries"));
      return std::nullopt;
    }
    RefundLines scope;
    scope.include_shipping = input.include_shipping;
    std::set<std::string_view> named;
    for (std::size_t i = 0; i < input.lines.size(); ++i) {
      const ScopeInput::Line& line = input.lines[i];
      const std::string field = StrCat("scope.lines.lines[", i, "]");
      const std::optional<std::int64_t> number = ParseLineId(line.line_id);
      if (!number) errors.Add(field + ".line_id", "must be the line_id of a line of the order");
      if (!named.insert(line.line_id).second) errors.Add(field + ".line_id", "must not occur twice");
      if (line.quantity < 1) errors.Add(field + ".quantity", "must be at least 1");
      if (line.amount) errors.Add(field + ".amount", "must be empty: the service computes it");
      scope.lines.push_back({number.value_or(1) - 1, line.quantity});
    }
    return scope;
  }

  static constexpr std::size_t kMaxScopeLines = 500;
};

struct CheckedScope {
  OrderId order_id;
  RefundScope scope;
};

absl::StatusOr<CheckedScope> Check(std::string_view order_id, const ScopeInput& input, FieldErrors errors) {
  const std::optional<OrderId> id = OrderId::Parse(order_id);
  if (!id) errors.Add("order_id", InvalidId<OrderKind>());
  std::optional<RefundScope> scope = std::visit(ScopeChecker{errors}, input.scope);
  if (!errors.empty()) return errors.ToStatus();
  return CheckedScope{*id, *std::move(scope)};
}

RuleExceptions ExceptionsOf(const RuleOverride& rule_override) {
  return {RuleNames(rule_override.rules.begin(), rule_override.rules.end())};
}

RefundScopeKind KindOf(const RefundScope& scope) {
  if (std::holds_alternative<RefundEverything>(scope)) return RefundScopeKind::kEverything;
  return std::holds_alternative<Money>(scope) ? RefundScopeKind::kAmount : RefundScopeKind::kLines;
}

absl::Status NotAllowed(const Order& order, const RefundJudgement& judgement) {
  ErrorDetails details;
  details.reason = Reason::kRefundNotAllowed;
  std::string message = "the refund is not allowed";
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.passed) continue;
    details.preconditions.push_back({std::string(verdict.rule), order->id.ToString(), verdict.explanation});
    message += StrCat(details.preconditions.size() == 1 ? ": " : "; ", verdict.explanation);
  }
  return MakeError(details, message);
}

}  // namespace

absl::StatusOr<RefundCheck> CheckRefund::Handle(const CallContext& context, const CheckRefundQuery& query) {
  RETURN_IF_ERROR(AuthorizeRuleOverride(context, query.rule_override));
  FieldErrors errors;
  CheckRuleOverride(query.rule_override, errors);
  ASSIGN_OR_RETURN(const CheckedScope checked, Check(query.order_id, query.scope, std::move(errors)));
  const RuleExceptions exceptions = ExceptionsOf(query.rule_override);
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  RefundCheck check;
  const absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const Order order, RequireOrder(tx.orders().Find(checked.order_id)));
    check.judgement =
        JudgeRefund(order, checked.scope, policy->TermsFor(query.reason), clock_.Now(), exceptions);
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
  CheckLine("note", command.note, kMaxNote, errors);
  CheckRuleOverride(command.rule_override, errors);
  ASSIGN_OR_RETURN(const CheckedScope checked, Check(command.order_id, command.scope, std::move(errors)));

  const absl::Time now = clock_.Now();
  const RefundId id = ids_.Next<RefundKind>();
  const Idempotency call(context, "CreateRefund", command.request_id, ContentOf(command));
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  const RuleExceptions exceptions = ExceptionsOf(command.rule_override);
  const auto create = [&](WriteTransaction& tx) -> absl::StatusOr<RefundFields> {
    ASSIGN_OR_RETURN(Order order, RequireOrder(tx.orders().FindForUpdate(checked.order_id)));
    RefundJudgement judgement =
        JudgeRefund(order, checked.scope, policy->TermsFor(command.reason), now, exceptions);
    if (!judgement.allowed) return NotAllowed(order, judgement);
    Refund::Request request;
    request.portion = *std::move(judgement.portion);
    request.scope = KindOf(checked.scope);
    request.reason = command.reason;
    request.note = command.note;
    request.requested_by = context.actor;
    request.needs_approval = judgement.needs_approval;
    request.overridden_rules = OverriddenRules(judgement.verdicts);
    if (!request.overridden_rules.empty()) request.override_note = command.rule_override.note;
    const Refund refund = Refund::Create(id, order, std::move(request), now);
    order.HoldRefund(refund.portion(), now);
    RETURN_IF_ERROR(tx.orders().Update(order));
    RETURN_IF_ERROR(tx.refunds().Insert(refund));
    RETURN_IF_ERROR(tx.events().Append(RefundRequestedEvent(refund, context, now)));
    if (judgement.needs_approval) {
      RETURN_IF_ERROR(NotifyOwner(tx, context, ids_, "refund_requested", order,
                                  {{"amount", refund.amount().ToString()}}, now));
    }
    return refund.fields();
  };
  ASSIGN_OR_RETURN(RefundFields fields,
                   ExecuteIdempotently<RefundFields>(store_, context, call, now, create));
  return Refund(std::move(fields));
}

}  // namespace keelson
