#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = sessions::v1;

absl::StatusOr<IssuedSession> Execute(SignIn& use_case, const CallContext& context,
                                      api::SignInRequest& request) {
  SignInCommand command;
  command.email = std::move(*request.mutable_email());
  command.password = Secret(std::move(*request.mutable_password()));
  command.user_agent = std::move(*request.mutable_user_agent());
  command.ip_address = std::move(*request.mutable_ip_address());
  return use_case.Handle(context, command);
}

absl::StatusOr<IssuedSession> Execute(RefreshSession& use_case, const CallContext& context,
                                      api::RefreshSessionRequest& request) {
  return use_case.Handle(context, Secret(std::move(*request.mutable_refresh_token())));
}

// Translates the responses of SignIn and RefreshSession.
template <typename Response>
absl::Status Show(const absl::StatusOr<IssuedSession>& issued, Response& response) {
  if (!issued.ok()) return issued.status();
  ToProto(issued->session, *response.mutable_session());
  response.set_access_token(std::string(issued->tokens.access.Reveal()));
  response.set_refresh_token(std::string(issued->tokens.refresh.Reveal()));
  return absl::OkStatus();
}

absl::Status Introspect(IntrospectSession& use_case, const CallContext& context,
                        api::IntrospectSessionRequest& request, api::IntrospectSessionResponse& response) {
  ASSIGN_OR_RETURN(const IntrospectedSession found,
                   use_case.Handle(context, Secret(std::move(*request.mutable_access_token()))));
  ToProto(found.session, *response.mutable_session());
  response.set_email_verified(found.email_verified);
  return absl::OkStatus();
}

absl::Status Revoke(RevokeSession& use_case, const CallContext& context, api::RevokeSessionRequest& request) {
  switch (request.target_case()) {
    case api::RevokeSessionRequest::kAccessToken:
      return use_case.ByAccessToken(context, Secret(std::move(*request.mutable_access_token())));
    case api::RevokeSessionRequest::kSessionId:
      return use_case.ById(context, request.session_id());
    case api::RevokeSessionRequest::TARGET_NOT_SET:
      break;
  }
  return FieldErrors().Add("access_token", "either access_token or session_id is required").ToStatus();
}

absl::Status RevokeAll(RevokeAllSessions& use_case, const CallContext& context,
                       const api::RevokeAllSessionsRequest& request,
                       api::RevokeAllSessionsResponse& response) {
  ASSIGN_OR_RETURN(const int revoked, use_case.Handle(context, request.user_id()));
  response.set_revoked(revoked);
  return absl::OkStatus();
}

absl::Status List(ListSessions& use_case, const CallContext& context, api::ListSessionsRequest& request,
                  api::ListSessionsResponse& response) {
  ListSessionsQuery query;
  query.page_size = request.page_size();
  query.page_token = std::move(*request.mutable_page_token());
  query.user_id = std::move(*request.mutable_user_id());
  ASSIGN_OR_RETURN(SessionPage page, use_case.Handle(context, query));
  for (const Session& session : page.sessions) ToProto(session, *response.add_sessions());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

absl::Status Reset(ResetPassword& use_case, const CallContext& context, api::ResetPasswordRequest& request) {
  ResetPasswordCommand command;
  command.token = Secret(std::move(*request.mutable_token()));
  command.new_password = Secret(std::move(*request.mutable_new_password()));
  return use_case.Handle(context, command);
}

absl::Status Change(ChangePassword& use_case, const CallContext& context,
                    api::ChangePasswordRequest& request) {
  ChangePasswordCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.user_id = std::move(*request.mutable_user_id());
  command.current_password = Secret(std::move(*request.mutable_current_password()));
  command.new_password = Secret(std::move(*request.mutable_new_password()));
  command.keep_session_id = std::move(*request.mutable_keep_session_id());
  return use_case.Handle(context, command);
}

void AddSessionMethods(RpcService& service, UseCases& use_cases) {
  service.AddMethod<api::SignInRequest, api::SignInResponse>(
      "SignIn", Access::kWrite, Workload::kHash,
      [&call = use_cases.sign_in](const CallContext& context, api::SignInRequest& request,
                                  api::SignInResponse& response) {
        return Show(Execute(call, context, request), response);
      });
  service.AddMethod<api::RefreshSessionRequest, api::RefreshSessionResponse>(
      "RefreshSession", Access::kWrite, Workload::kWrite,
      [&call = use_cases.refresh_session](const CallContext& context, api::RefreshSessionRequest& request,
                                          api::RefreshSessionResponse& response) {
        return Show(Execute(call, context, request), response);
      });
  service.AddMethod<api::IntrospectSessionRequest, api::IntrospectSessionResponse>(
      "IntrospectSession", Access::kRead, Workload::kRead,
      [&call = use_cases.introspect_session](
          const CallContext& context, api::IntrospectSessionRequest& request,
          api::IntrospectSessionResponse& response) { return Introspect(call, context, request, response); });
  service.AddMethod<api::RevokeSessionRequest, api::RevokeSessionResponse>(
      "RevokeSession", Access::kWrite, Workload::kWrite,
      [&call = use_cases.revoke_session](const CallContext& context, api::RevokeSessionRequest& request,
                                         api::RevokeSessionResponse&) {
        return Revoke(call, context, request);
      });
  service.AddMethod<api::RevokeAllSessionsRequest, api::RevokeAllSessionsResponse>(
      "RevokeAllSessions", Access::kWrite, Workload::kWrite,
      [&call = use_cases.revoke_all_sessions](
          const CallContext& context, api::RevokeAllSessionsRequest& request,
          api::RevokeAllSessionsResponse& response) { return RevokeAll(call, context, request, response); });
  service.AddMethod<api::ListSessionsRequest, api::ListSessionsResponse>(
      "ListSessions", Access::kRead, Workload::kList,
      [&call = use_cases.list_sessions](const CallContext& context, api::ListSessionsRequest& request,
                                        api::ListSessionsResponse& response) {
        return List(call, context, request, response);
      });
}

void AddPasswordMethods(RpcService& service, UseCases& use_cases) {
  service.AddMethod<api::RequestPasswordResetRequest, api::RequestPasswordResetResponse>(
      "RequestPasswordReset", Access::kWrite, Workload::kWrite,
      [&call = use_cases.request_password_reset](
          const CallContext& context, api::RequestPasswordResetRequest& request,
          api::RequestPasswordResetResponse&) { return call.Handle(context, request.email()); });
  service.AddMethod<api::ResetPasswordRequest, api::ResetPasswordResponse>(
      "ResetPassword", Access::kWrite, Workload::kHash,
      [&call = use_cases.reset_password](const CallContext& context, api::ResetPasswordRequest& request,
                                         api::ResetPasswordResponse&) {
        return Reset(call, context, request);
      });
  service.AddMethod<api::ChangePasswordRequest, api::ChangePasswordResponse>(
      "ChangePassword", Access::kWrite, Workload::kHash,
      [&call = use_cases.change_password](const CallContext& context, api::ChangePasswordRequest& request,
                                          api::ChangePasswordResponse&) {
        return Change(call, context, request);
      });
}

}  // namespace

std::unique_ptr<RpcService> MakeSessionService(UseCases& use_cases) {
  auto service =
      std::make_unique<RpcService>(api::Session::descriptor()->file()->FindServiceByName("SessionService"));
  AddSessionMethods(*service, use_cases);
  AddPasswordMethods(*service, use_cases);
  return service;
}

}  // namespace keelson
