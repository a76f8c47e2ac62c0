#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = refunds::v1;

ScopeInput::Lines LinesFromProto(api::RefundScope::Lines& lines) {
  ScopeInput::Lines out;
  out.include_shipping = lines.include_shipping();
  out.lines.reserve(static_cast<std::size_t>(lines.lines_size()));
  for (api::RefundLine& line : *lines.mutable_lines()) {
    ScopeInput::Line& to = out.lines.emplace_back();
    to.line_id = std::move(*line.mutable_line_id());
    to.quantity = line.quantity();
    if (line.has_amount()) to.amount = FromProto(line.amount());
  }
  return out;
}

ScopeInput ScopeFromProto(api::RefundScope& scope) {
  switch (scope.scope_case()) {
    case api::RefundScope::kEverything:
      return {RefundEverything{}};
    case api::RefundScope::kAmount:
      return {FromProto(scope.amount())};
    case api::RefundScope::kLines:
      return {LinesFromProto(*scope.mutable_lines())};
    case api::RefundScope::SCOPE_NOT_SET:
      break;
  }
  return {};
}

absl::Status Check(CheckRefund& use_case, const CallContext& context, api::CheckRefundRequest& request,
                   api::CheckRefundResponse& response) {
  CheckRefundQuery query;
  query.order_id = std::move(*request.mutable_order_id());
  query.scope = ScopeFromProto(*request.mutable_scope());
  ASSIGN_OR_RETURN(const RefundCheck check, use_case.Handle(context, query));
  response.set_allowed(check.judgement.allowed);
  response.set_needs_approval(check.judgement.needs_approval);
  if (check.amount) ToProto(*check.amount, *response.mutable_amount());
  for (const Verdict& verdict : check.judgement.verdicts) {
    api::RuleVerdict& message = *response.add_verdicts();
    message.set_rule(verdict.rule.data(), verdict.rule.size());
    message.set_passed(verdict.passed);
    message.set_explanation(verdict.explanation);
  }
  return absl::OkStatus();
}

template <typename Response>
absl::Status Show(const absl::StatusOr<Refund>& refund, Response& response) {
  if (refund.ok()) ToProto(*refund, *response.mutable_refund());
  return refund.status();
}

absl::Status Create(CreateRefund& use_case, const CallContext& context, api::CreateRefundRequest& request,
                    api::CreateRefundResponse& response) {
  if (!api::RefundReason_IsValid(request.reason())) {
    return FieldErrors().Add("reason", "must be a known value of RefundReason").ToStatus();
  }
  CreateRefundCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.order_id = std::move(*request.mutable_order_id());
  command.scope = ScopeFromProto(*request.mutable_scope());
  command.reason = static_cast<RefundReason>(request.reason());
  command.note = std::move(*request.mutable_note());
  return Show(use_case.Handle(context, command), response);
}

absl::Status List(ListRefunds& use_case, const CallContext& context, api::ListRefundsRequest& request,
                  api::ListRefundsResponse& response) {
  ListRefundsQuery query;
  const FieldErrors errors = ListFromProto(request, api::RefundState_IsValid, query);
  if (!errors.empty()) return errors.ToStatus();
  query.order_id = std::move(*request.mutable_order_id());
  query.user_id = std::move(*request.mutable_user_id());
  query.payment_reference = std::move(*request.mutable_payment_reference());
  query.order_reference = std::move(*request.mutable_order_reference());
  if (request.has_label()) query.label = FromProto(request.label());

  ASSIGN_OR_RETURN(RefundPage page, use_case.Handle(context, query));
  for (const Refund& refund : page.refunds) ToProto(refund, *response.add_refunds());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<RpcService> MakeRefundService(UseCases& use_cases) {
  auto service =
      std::make_unique<RpcService>(api::Refund::descriptor()->file()->FindServiceByName("RefundService"));
  service->AddMethod<api::CheckRefundRequest, api::CheckRefundResponse>(
      "CheckRefund", Access::kRead, Workload::kRead,
      [&call = use_cases.check_refund](const CallContext& context, api::CheckRefundRequest& request,
                                       api::CheckRefundResponse& response) {
        return Check(call, context, request, response);
      });
  service->AddMethod<api::CreateRefundRequest, api::CreateRefundResponse>(
      "CreateRefund", Access::kWrite, Workload::kWrite,
      [&call = use_cases.create_refund](const CallContext& context, api::CreateRefundRequest& request,
                                        api::CreateRefundResponse& response) {
        return Create(call, context, request, response);
      });
  service->AddMethod<api::GetRefundRequest, api::GetRefundResponse>(
      "GetRefund", Access::kRead, Workload::kRead,
      [&call = use_cases.get_refund](const CallContext& context, api::GetRefundRequest& request,
                                     api::GetRefundResponse& response) {
        return Show(call.Handle(context, request.id()), response);
      });
  service->AddMethod<api::ListRefundsRequest, api::ListRefundsResponse>(
      "ListRefunds", Access::kRead, Workload::kList,
      [&call = use_cases.list_refunds](const CallContext& context, api::ListRefundsRequest& request,
                                       api::ListRefundsResponse& response) {
        return List(call, context, request, response);
      });
  return service;
}

}  // namespace keelson
