#include <span>
#include <string_view>
#include <vector>

#include "adapters/grpc/import_failures.h"
#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"

namespace keelson {
namespace {

namespace api = accounts::v1;

absl::Status Register(RegisterUser& use_case, const CallContext& context, api::RegisterUserRequest& request,
                      api::RegisterUserResponse& response) {
  RegisterUserCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.email = std::move(*request.mutable_email());
  command.password = Secret(std::move(*request.mutable_password()));
  command.display_name = std::move(*request.mutable_display_name());
  command.locale = std::move(*request.mutable_locale());
  command.labels = FromProto(request.labels());
  ASSIGN_OR_RETURN(const std::optional<User> user, use_case.Handle(context, command));
  if (user) ToProto(*user, *response.mutable_user());
  return absl::OkStatus();
}

template <typename Response>
absl::Status Show(const absl::StatusOr<User>& user, Response& response) {
  if (user.ok()) ToProto(*user, *response.mutable_user());
  return user.status();
}

UpdateUserCommand CommandOf(api::UpdateUserRequest& request) {
  api::User& user = *request.mutable_user();
  UpdateUserCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.id = std::move(*user.mutable_id());
  command.etag = std::move(*user.mutable_etag());
  command.display_name = std::move(*user.mutable_display_name());
  command.locale = std::move(*user.mutable_locale());
  command.labels = FromProto(user.labels());
  const auto& paths = request.update_mask().paths();
  command.update_mask.assign(paths.begin(), paths.end());
  return command;
}

// Translates the requests of SuspendUser, ReinstateUser, DeleteUser, UndeleteUser and EraseUser.
template <typename Request>
UserStepCommand CommandOf(Request& request) {
  UserStepCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.id = std::move(*request.mutable_id());
  if constexpr (requires { request.reason(); }) command.reason = std::move(*request.mutable_reason());
  if constexpr (requires { request.etag(); }) command.etag = std::move(*request.mutable_etag());
  return command;
}

Secret CommandOf(api::ConfirmEmailChangeRequest& request) {
  return Secret(std::move(*request.mutable_token()));
}

absl::Status StartChange(StartEmailChange& use_case, const CallContext& context,
                         api::StartEmailChangeRequest& request) {
  StartEmailChangeCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.user_id = std::move(*request.mutable_user_id());
  command.new_email = std::move(*request.mutable_new_email());
  return use_case.Handle(context, command);
}

absl::Status BatchGet(BatchGetUsers& use_case, const CallContext& context,
                      const api::BatchGetUsersRequest& request, api::BatchGetUsersResponse& response) {
  ASSIGN_OR_RETURN(const UserBatch batch,
                   use_case.Handle(context, {request.ids().begin(), request.ids().end()}));
  for (const User& user : batch.users) ToProto(user, *response.add_users());
  for (const std::string& id : batch.missing_ids) response.add_missing_ids(id);
  return absl::OkStatus();
}

absl::Status List(ListUsers& use_case, const CallContext& context, api::ListUsersRequest& request,
                  api::ListUsersResponse& response) {
  ListUsersQuery query;
  const FieldErrors errors = ListFromProto(request, api::UserState_IsValid, query);
  if (!errors.empty()) return errors.ToStatus();
  query.email_prefix = std::move(*request.mutable_email_prefix());

  ASSIGN_OR_RETURN(UserPage page, use_case.Handle(context, query));
  for (const User& user : page.users) ToProto(user, *response.add_users());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

// Leaves the address in the request, for the failures.
UserRecord RecordOf(api::ImportUsersRequest& request) {
  UserRecord record;
  record.email = request.email();
  record.password_hash = std::move(*request.mutable_password_hash());
  record.display_name = std::move(*request.mutable_display_name());
  record.locale = std::move(*request.mutable_locale());
  record.email_verified = request.email_verified();
  record.labels = FromProto(request.labels());
  if (request.has_create_time()) {
    record.create_time = FromProto(request.create_time(), "create_time", record.errors);
  }
  return record;
}

absl::Status Import(ImportUsers& use_case, const CallContext& context,
                    std::span<api::ImportUsersRequest* const> requests, api::ImportUsersResponse& response) {
  std::vector<UserRecord> records;
  records.reserve(requests.size());
  for (api::ImportUsersRequest* request : requests) records.push_back(RecordOf(*request));
  ASSIGN_OR_RETURN(const ImportResult result, use_case.Handle(context, std::move(records)));
  const std::int64_t first = response.imported() + response.failed();
  std::size_t bytes = response.ByteSizeLong();
  for (const ImportFailure& failure : result.failures) {
    const std::string& email = requests[failure.index]->email();
    const auto name_record = [&](api::ImportFailure& message) {
      if (email.size() <= EmailAddress::kMaxOctets) message.set_email(email);
    };
    AddFailure(first + static_cast<std::int64_t>(failure.index), failure.status, name_record, response,
               bytes);
  }
  response.set_imported(response.imported() + result.imported);
  return absl::OkStatus();
}

// Adds a method whose use case handles a command and returns the changed user.
template <typename Request, typename Response, typename UseCase>
void AddWrite(RpcService& service, std::string_view name, UseCase& use_case, Access access = Access::kWrite) {
  service.AddMethod<Request, Response>(
      name, access, Workload::kWrite,
      [&use_case](const CallContext& context, Request& request, Response& response) {
        return Show(use_case.Handle(context, CommandOf(request)), response);
      });
}

void AddChanges(RpcService& service, UseCases& use_cases) {
  service.AddMethod<api::StartEmailChangeRequest, api::StartEmailChangeResponse>(
      "StartEmailChange", Access::kWrite, Workload::kWrite,
      [&call = use_cases.start_email_change](
          const CallContext& context, api::StartEmailChangeRequest& request, api::StartEmailChangeResponse&) {
        return StartChange(call, context, request);
      });
  AddWrite<api::ConfirmEmailChangeRequest, api::ConfirmEmailChangeResponse>(service, "ConfirmEmailChange",
                                                                            use_cases.confirm_email_change);
  AddWrite<api::UpdateUserRequest, api::UpdateUserResponse>(service, "UpdateUser", use_cases.update_user);
  AddWrite<api::SuspendUserRequest, api::SuspendUserResponse>(service, "SuspendUser", use_cases.suspend_user);
  AddWrite<api::ReinstateUserRequest, api::ReinstateUserResponse>(service, "ReinstateUser",
                                                                  use_cases.reinstate_user);
  AddWrite<api::DeleteUserRequest, api::DeleteUserResponse>(service, "DeleteUser", use_cases.delete_user);
  AddWrite<api::UndeleteUserRequest, api::UndeleteUserResponse>(service, "UndeleteUser",
                                                                use_cases.undelete_user);
  AddWrite<api::EraseUserRequest, api::EraseUserResponse>(service, "EraseUser", use_cases.erase_user,
                                                          Access::kAdminister);
}

}  // namespace

std::unique_ptr<RpcService> MakeAccountService(UseCases& use_cases) {
  auto service =
      std::make_unique<RpcService>(api::User::descriptor()->file()->FindServiceByName("AccountService"));
  service->AddMethod<api::RegisterUserRequest, api::RegisterUserResponse>(
      "RegisterUser", Access::kWrite, Workload::kHash,
      [&call = use_cases.register_user](const CallContext& context, api::RegisterUserRequest& request,
                                        api::RegisterUserResponse& response) {
        return Register(call, context, request, response);
      });
  service->AddMethod<api::VerifyEmailRequest, api::VerifyEmailResponse>(
      "VerifyEmail", Access::kWrite, Workload::kWrite,
      [&call = use_cases.verify_email](const CallContext& context, api::VerifyEmailRequest& request,
                                       api::VerifyEmailResponse& response) {
        return Show(call.Handle(context, Secret(std::move(*request.mutable_token()))), response);
      });
  service->AddMethod<api::ResendVerificationRequest, api::ResendVerificationResponse>(
      "ResendVerification", Access::kWrite, Workload::kWrite,
      [&call = use_cases.resend_verification](
          const CallContext& context, api::ResendVerificationRequest& request,
          api::ResendVerificationResponse&) { return call.Handle(context, request.email()); });
  service->AddMethod<api::GetUserRequest, api::GetUserResponse>(
      "GetUser", Access::kRead, Workload::kRead,
      [&call = use_cases.get_user](const CallContext& context, api::GetUserRequest& request,
                                   api::GetUserResponse& response) {
        return Show(call.Handle(context, request.id()), response);
      });
  service->AddMethod<api::GetUserByEmailRequest, api::GetUserByEmailResponse>(
      "GetUserByEmail", Access::kRead, Workload::kRead,
      [&call = use_cases.get_user_by_email](const CallContext& context, api::GetUserByEmailRequest& request,
                                            api::GetUserByEmailResponse& response) {
        return Show(call.Handle(context, request.email()), response);
      });
  service->AddMethod<api::BatchGetUsersRequest, api::BatchGetUsersResponse>(
      "BatchGetUsers", Access::kRead, Workload::kList,
      [&call = use_cases.batch_get_users](const CallContext& context, api::BatchGetUsersRequest& request,
                                          api::BatchGetUsersResponse& response) {
        return BatchGet(call, context, request, response);
      });
  service->AddMethod<api::ListUsersRequest, api::ListUsersResponse>(
      "ListUsers", Access::kRead, Workload::kList,
      [&call = use_cases.list_users](const CallContext& context, api::ListUsersRequest& request,
                                     api::ListUsersResponse& response) {
        return List(call, context, request, response);
      });
  service->AddMethod<api::ExportUserRequest, api::ExportUserResponse>(
      "ExportUser", Access::kAdminister, Workload::kList,
      [&call = use_cases.export_user](const CallContext& context, api::ExportUserRequest& request,
                                      api::ExportUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(*response.mutable_json(), call.Handle(context, request.id()));
        return absl::OkStatus();
      });
  AddChanges(*service, use_cases);
  service->AddClientStream<api::ImportUsersRequest, api::ImportUsersResponse>(
      "ImportUsers", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.import_users](
          const CallContext& context, std::span<api::ImportUsersRequest* const> requests,
          api::ImportUsersResponse& response) { return Import(call, context, requests, response); });
  return service;
}

}  // namespace keelson
