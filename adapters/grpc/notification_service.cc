#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = notifications::v1;

template <typename Response>
absl::Status Show(const absl::StatusOr<Message>& message, Response& response) {
  if (message.ok()) ToProto(*message, *response.mutable_message());
  return message.status();
}

absl::Status List(ListMessages& use_case, const CallContext& context, api::ListMessagesRequest& request,
                  api::ListMessagesResponse& response) {
  ListMessagesQuery query;
  const FieldErrors errors = ListFromProto(request, api::MessageState_IsValid, query);
  if (!errors.empty()) return errors.ToStatus();
  query.user_id = std::move(*request.mutable_user_id());
  query.to = std::move(*request.mutable_to());

  ASSIGN_OR_RETURN(MessagePage page, use_case.Handle(context, query));
  for (const Message& message : page.messages) ToProto(message, *response.add_messages());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

absl::Status RetryMany(RetryMessages& use_case, const CallContext& context,
                       api::RetryMessagesRequest& request, api::RetryMessagesResponse& response) {
  RetryMessagesQuery query;
  const FieldErrors errors = ListFromProto(request, api::MessageState_IsValid, query);
  if (!errors.empty()) return errors.ToStatus();
  query.user_id = std::move(*request.mutable_user_id());
  query.to = std::move(*request.mutable_to());
  query.template_name = std::move(*request.mutable_template_());

  ASSIGN_OR_RETURN(RetriedMessages result, use_case.Handle(context, query));
  response.set_retried(result.retried);
  response.set_expired(result.expired);
  response.set_next_page_token(std::move(result.next_page_token));
  return absl::OkStatus();
}

absl::Status Preview(const PreviewTemplate& use_case, const api::PreviewTemplateRequest& request,
                     api::PreviewTemplateResponse& response) {
  ASSIGN_OR_RETURN(RenderedMessage preview, use_case.Handle(request.template_(), request.locale()));
  response.set_subject(std::move(preview.subject));
  response.set_text(std::move(preview.text));
  response.set_html(std::move(preview.html));
  return absl::OkStatus();
}

absl::Status ListProviders(const ProviderStatuses& providers, api::ListProvidersResponse& response) {
  for (ProviderStatus& provider : providers.ListProviders()) {
    api::Provider& message = *response.add_providers();
    message.set_name(std::move(provider.name));
    message.set_circuit(static_cast<api::CircuitState>(provider.circuit));
    message.set_sent(provider.sent());
    message.set_failed(provider.failed());
    message.set_last_error(std::move(provider.last_error));
  }
  return absl::OkStatus();
}

void AddReads(UseCases& use_cases, RpcService& service) {
  service.AddMethod<api::GetMessageRequest, api::GetMessageResponse>(
      "GetMessage", Access::kRead, Workload::kRead,
      [&call = use_cases.get_message](const CallContext& context, api::GetMessageRequest& request,
                                      api::GetMessageResponse& response) {
        return Show(call.Handle(context, request.id()), response);
      });
  service.AddMethod<api::ListMessagesRequest, api::ListMessagesResponse>(
      "ListMessages", Access::kRead, Workload::kList,
      [&call = use_cases.list_messages](const CallContext& context, api::ListMessagesRequest& request,
                                        api::ListMessagesResponse& response) {
        return List(call, context, request, response);
      });
  service.AddMethod<api::PreviewTemplateRequest, api::PreviewTemplateResponse>(
      "PreviewTemplate", Access::kRead, Workload::kRead,
      [&call = use_cases.preview_template](const CallContext&, api::PreviewTemplateRequest& request,
                                           api::PreviewTemplateResponse& response) {
        return Preview(call, request, response);
      });
  service.AddMethod<api::ListProvidersRequest, api::ListProvidersResponse>(
      "ListProviders", Access::kRead, Workload::kRead,
      [&providers = use_cases.provider_statuses](const CallContext&, api::ListProvidersRequest&,
                                                 api::ListProvidersResponse& response) {
        return ListProviders(providers, response);
      });
}

void AddChanges(UseCases& use_cases, RpcService& service) {
  service.AddMethod<api::RetryMessageRequest, api::RetryMessageResponse>(
      "RetryMessage", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.retry_message](const CallContext& context, api::RetryMessageRequest& request,
                                        api::RetryMessageResponse& response) {
        return Show(call.Handle(context, request.id()), response);
      });
  service.AddMethod<api::RetryMessagesRequest, api::RetryMessagesResponse>(
      "RetryMessages", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.retry_messages](const CallContext& context, api::RetryMessagesRequest& request,
                                         api::RetryMessagesResponse& response) {
        return RetryMany(call, context, request, response);
      });
  service.AddMethod<api::CancelMessageRequest, api::CancelMessageResponse>(
      "CancelMessage", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.cancel_message](const CallContext& context, api::CancelMessageRequest& request,
                                         api::CancelMessageResponse& response) {
        return Show(call.Handle(context, request.id()), response);
      });
  service.AddMethod<api::SendTestMessageRequest, api::SendTestMessageResponse>(
      "SendTestMessage", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.send_test_message](const CallContext& context, api::SendTestMessageRequest& request,
                                            api::SendTestMessageResponse& response) {
        return Show(call.Handle(context, {request.to(), request.provider()}), response);
      });
}

}  // namespace

std::unique_ptr<RpcService> MakeNotificationService(UseCases& use_cases) {
  auto service = std::make_unique<RpcService>(
      api::Message::descriptor()->file()->FindServiceByName("NotificationService"));
  AddReads(use_cases, *service);
  AddChanges(use_cases, *service);
  return service;
}

}  // namespace keelson
