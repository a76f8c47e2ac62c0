#include "tests/adapters/grpc/rpc_server_fixture.h"

#include <grpcpp/generic/generic_stub.h>

#include <catch2/catch.hpp>

#include "core/store/store.h"

namespace keelson {
namespace {

std::unique_ptr<RpcService> ServiceOf(Handlers handlers) {
  auto service = std::make_unique<RpcService>(
      accounts_api::User::descriptor()->file()->FindServiceByName("AccountService"));
  service->AddMethod<accounts_api::GetUserRequest, accounts_api::GetUserResponse>(
      "GetUser", Access::kRead, Workload::kRead, std::move(handlers.get_user));
  service->AddMethod<accounts_api::RegisterUserRequest, accounts_api::RegisterUserResponse>(
      "RegisterUser", Access::kWrite, Workload::kHash, std::move(handlers.register_user));
  service->AddMethod<accounts_api::VerifyEmailRequest, accounts_api::VerifyEmailResponse>(
      "VerifyEmail", Access::kWrite, Workload::kWrite, std::move(handlers.verify_email));
  service->AddClientStream<accounts_api::ImportUsersRequest, accounts_api::ImportUsersResponse>(
      "ImportUsers", Access::kAdminister, Workload::kWrite, std::move(handlers.import_users));
  return service;
}

void TakeRequestId(const grpc::ClientContext& context, CallResult& result) {
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find("x-request-id");
  if (found != metadata.end()) result.request_id.assign(found->second.data(), found->second.size());
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace

bool Await(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

GrpcServerOptions LoopbackOptions() {
  GrpcServerOptions options;
  options.listen = "127.0.0.1:0";
  return options;
}

void StoreOfReads::RunBatch(std::span<const ReadCall> calls) {
  for (const ReadCall& call : calls) {
    call.run();
    call.run();
  }
  const absl::MutexLock lock(&mutex_);
  for (const ReadCall& call : calls) deadlines_.push_back(call.deadline);
}

std::vector<Deadline> StoreOfReads::deadlines() {
  const absl::MutexLock lock(&mutex_);
  return deadlines_;
}

std::string CallResult::reason() const {
  const std::optional<google::rpc::ErrorInfo> info = Get<google::rpc::ErrorInfo>();
  return info ? info->reason() : "";
}

RpcServerFixture::RpcServerFixture(Handlers handlers, GrpcServerOptions options, bool inline_reads,
                                   Tracer* tracer)
    : store_(inline_reads) {
  RpcServer::Services services;
  services.push_back(ServiceOf(std::move(handlers)));
  absl::StatusOr<std::unique_ptr<RpcServer>> server =
      RpcServer::Start(options, std::move(services), store_, entropy_, log_, tracer);
  INFO(server.status());
  REQUIRE(server.ok());
  server_ = *std::move(server);
  address_ = "127.0.0.1:" + std::to_string(server_->port());
  channel_ = NewChannel();
  stub_ = accounts_api::AccountService::NewStub(channel_);
}

std::shared_ptr<grpc::Channel> RpcServerFixture::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

CallResult RpcServerFixture::GetUser(const std::string& id, const Metadata& metadata) {
  CallResult result;
  grpc::ClientContext context;
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  accounts_api::GetUserRequest request;
  request.set_id(id);
  result.status = stub_->GetUser(&context, request, &result.response);
  TakeRequestId(context, result);
  return result;
}

grpc::Status RpcServerFixture::Register(absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
  accounts_api::RegisterUserResponse response;
  return stub_->RegisterUser(&context, {}, &response);
}

grpc::Status RpcServerFixture::VerifyEmail() {
  grpc::ClientContext context;
  accounts_api::VerifyEmailResponse response;
  return stub_->VerifyEmail(&context, {}, &response);
}

CallResult RpcServerFixture::SendRaw(const std::string& method, const std::string& bytes) {
  CallResult result;
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareUnaryCall(&context, method, BufferOf(bytes), &queue);
  call->StartCall();
  call->Finish(&response, &result.status, nullptr);
  Await(queue);
  TakeRequestId(context, result);
  result.raw = BytesOf(response);
  return result;
}

}  // namespace keelson
