#include "adapters/grpc/refund_scope.h"
#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

namespace api = refunds::v1;

absl::StatusOr<RefundReason> ReasonFromProto(api::RefundReason reason) {
  if (api::RefundReason_IsValid(reason)) return static_cast<RefundReason>(reason);
  return FieldErrors().Add("reason", "must be a known value of RefundReason").ToStatus();
}

RuleOverride OverrideFromProto(api::RuleOverride& rule_override) {
  RuleOverride out;
  for (std::string& rule : *rule_override.mutable_rules()) out.rules.push_back(std::move(rule));
  out.note = std::move(*rule_override.mutable_note());
  return out;
}

absl::Status Check(CheckRefund& use_case, const CallContext& context, api::CheckRefundRequest& request,
                   api::CheckRefundResponse& response) {
  CheckRefundQuery query;
  ASSIGN_OR_RETURN(query.reason, ReasonFromProto(request.reason()));
  query.rule_override = OverrideFromProto(*request.mutable_rule_override());
  query.order_id = std::move(*request.mutable_order_id());
  query.scope = ScopeFromProto(*request.mutable_scope());
  query.payment_id = std::move(*request.mutable_payment_id());
  ASSIGN_OR_RETURN(const RefundCheck check, use_case.Handle(context, query));
  response.set_allowed(check.judgement.allowed);
  response.set_needs_approval(check.judgement.needs_approval);
  if (check.amount) PortionToProto(*check.judgement.portion, check.amount->currency, response);
  for (const RefundPortion& portion : check.payments) {
    api::RefundedPayment& message = *response.add_payments();
    message.set_payment_id(StrCat(portion.payment + 1));
    ToProto({check.amount->currency, portion.amount}, *message.mutable_amount());
  }
  for (const Verdict& verdict : check.judgement.verdicts) {
    api::RuleVerdict& message = *response.add_verdicts();
    message.set_rule(verdict.rule.data(), verdict.rule.size());
    message.set_passed(verdict.passed);
    message.set_explanation(verdict.explanation);
    message.set_overridden(verdict.overridden);
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
  CreateRefundCommand command;
  ASSIGN_OR_RETURN(command.reason, ReasonFromProto(request.reason()));
  command.request_id = std::move(*request.mutable_request_id());
  command.order_id = std::move(*request.mutable_order_id());
  command.scope = ScopeFromProto(*request.mutable_scope());
  command.note = std::move(*request.mutable_note());
  command.rule_override = OverrideFromProto(*request.mutable_rule_override());
  command.labels = FromProto(request.labels());
  command.payment_id = std::move(*request.mutable_payment_id());
  return Show(use_case.Handle(context, command), response);
}

template <typename UseCase, typename Request, typename Response>
absl::Status Decide(UseCase& use_case, const CallContext& context, Request& request, Response& response) {
  const DecideRefundCommand command{std::move(*request.mutable_request_id()),
                                    std::move(*request.mutable_id()), std::move(*request.mutable_note()),
                                    std::move(*request.mutable_etag())};
  return Show(use_case.Handle(context, command), response);
}

absl::Status Retry(RetryRefund& use_case, const CallContext& context, api::RetryRefundRequest& request,
                   api::RetryRefundResponse& response) {
  const RetryRefundCommand command{std::move(*request.mutable_request_id()), std::move(*request.mutable_id()),
                                   std::move(*request.mutable_etag())};
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

absl::Status Confirm(ConfirmRefund& use_case, const CallContext& context, api::ConfirmRefundRequest& request,
                     api::ConfirmRefundResponse& response) {
  const ConfirmRefundCommand command{
      std::move(*request.mutable_request_id()), std::move(*request.mutable_id()),
      std::move(*request.mutable_provider_reference()), std::move(*request.mutable_etag())};
  return Show(use_case.Handle(context, command), response);
}

absl::Status ListPaymentProviders(const PaymentProviderStatuses& providers,
                                  api::ListPaymentProvidersResponse& response) {
  for (PaymentProviderStatus& provider : providers.ListPaymentProviders()) {
    api::PaymentProvider& message = *response.add_providers();
    message.set_name(std::move(provider.name));
    message.set_circuit(static_cast<api::CircuitState>(provider.circuit));
    for (std::size_t kind = 0; kind < kPaymentOutcomeNames.size(); ++kind) {
      (*message.mutable_calls())[std::string(kPaymentOutcomeNames[kind])] = provider.attempts[kind];
    }
    message.set_last_error(std::move(provider.last_error));
    message.set_misconfigured(provider.misconfigured);
    message.set_needs_confirmation(provider.needs_confirmation);
  }
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
  service->AddMethod<api::ApproveRefundRequest, api::ApproveRefundResponse>(
      "ApproveRefund", Access::kApprove, Workload::kWrite,
      [&call = use_cases.approve_refund](const CallContext& context, api::ApproveRefundRequest& request,
                                         api::ApproveRefundResponse& response) {
        return Decide(call, context, request, response);
      });
  service->AddMethod<api::RejectRefundRequest, api::RejectRefundResponse>(
      "RejectRefund", Access::kApprove, Workload::kWrite,
      [&call = use_cases.reject_refund](const CallContext& context, api::RejectRefundRequest& request,
                                        api::RejectRefundResponse& response) {
        return Decide(call, context, request, response);
      });
  service->AddMethod<api::CancelRefundRequest, api::CancelRefundResponse>(
      "CancelRefund", Access::kWrite, Workload::kWrite,
      [&call = use_cases.cancel_refund](const CallContext& context, api::CancelRefundRequest& request,
                                        api::CancelRefundResponse& response) {
        return Decide(call, context, request, response);
      });
  service->AddMethod<api::RetryRefundRequest, api::RetryRefundResponse>(
      "RetryRefund", Access::kWrite, Workload::kWrite,
      [&call = use_cases.retry_refund](const CallContext& context, api::RetryRefundRequest& request,
                                       api::RetryRefundResponse& response) {
        return Retry(call, context, request, response);
      });
  service->AddMethod<api::ConfirmRefundRequest, api::ConfirmRefundResponse>(
      "ConfirmRefund", Access::kApprove, Workload::kWrite,
      [&call = use_cases.confirm_refund](const CallContext& context, api::ConfirmRefundRequest& request,
                                         api::ConfirmRefundResponse& response) {
        return Confirm(call, context, request, response);
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
  service->AddMethod<api::ListPaymentProvidersRequest, api::ListPaymentProvidersResponse>(
      "ListPaymentProviders", Access::kRead, Workload::kRead,
      [&providers = use_cases.payment_provider_statuses](
          const CallContext&, api::ListPaymentProvidersRequest&,
          api::ListPaymentProvidersResponse& response) { return ListPaymentProviders(providers, response); });
  return service;
}

}  // namespace keelson
