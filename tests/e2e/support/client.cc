#include "tests/e2e/support/client.h"

#include <grpcpp/generic/generic_stub.h>

#include "core/common/strings.h"

namespace keelson::e2e {
namespace {

// Creates a channel that shares no connection with other clients, reconnects quickly, and detects a stopped
// server at once, even without an in-flight call.
std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  static const bool attentive = setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "50", 1) == 0;
  if (!attentive) std::abort();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  arguments.SetMaxSendMessageSize(-1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

std::string BytesOf(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

std::string HealthName(const std::string& response) {
  if (response == "\x08\x01") return "SERVING";
  return response == "\x08\x02" ? "NOT_SERVING" : "UNKNOWN";
}

// Waits until the operation that was started last completes; returns true if it succeeded.
bool Done(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

Client::Client(const std::string& target, std::chrono::milliseconds patience)
    : patience_(patience),
      channel_(Connect(target)),
      stubs_(accounts::v1::AccountService::NewStub(channel_), sessions::v1::SessionService::NewStub(channel_),
             orders::v1::OrderService::NewStub(channel_), refunds::v1::RefundService::NewStub(channel_),
             ledger::v1::LedgerService::NewStub(channel_),
             notifications::v1::NotificationService::NewStub(channel_)) {}

std::string Client::CorrelationId(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find("x-request-id");
  return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
}

CallResult<std::string> Client::Raw(const std::string& path, const std::string& request) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience_);
  const grpc::Slice slice(request);
  grpc::ByteBuffer response;
  CallResult<std::string> result;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareUnaryCall(&context, path, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  call->Finish(&response, &result.status, nullptr);
  Done(queue);
  if (result.ok()) result.value = BytesOf(response);
  result.correlation_id = CorrelationId(context);
  return result;
}

std::string Client::Health(const std::string& service) const {
  std::string request;
  if (!service.empty()) request = StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  const CallResult<std::string> response = Raw("/grpc.health.v1.Health/Check", request);
  if (!response.ok()) return Outcome(response);
  return HealthName(response.value);
}

void Client::WatchHealth(const std::function<void(const std::string&)>& seen) const {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareCall(&context, "/grpc.health.v1.Health/Watch", &queue);
  call->StartCall(nullptr);
  bool open = Done(queue);
  if (open) call->WriteLast(grpc::ByteBuffer(nullptr, 0), grpc::WriteOptions(), nullptr);
  open = open && Done(queue);
  for (grpc::ByteBuffer response; open;) {
    call->Read(&response, nullptr);
    if ((open = Done(queue))) seen(HealthName(BytesOf(response)));
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Done(queue);
}

}  // namespace keelson::e2e
