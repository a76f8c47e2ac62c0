// A minimal gRPC server with a completion queue, which returns the same response to every GetUser. Its calls
// per second are the upper limit for reads of the service.
//
//   keelson_bench_echo PORT RESPONSE_FILE

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "keelson/accounts/v1/accounts.grpc.pb.h"

namespace keelson {
namespace {

namespace pb = accounts::v1;
using Service = pb::AccountService::WithAsyncMethod_GetUser<pb::AccountService::Service>;

constexpr int kQueues = 2;
constexpr int kWaitingCallsPerQueue = 256;

// Handles one call at a time. After the response is sent, the object waits for the next call.
class Call {
 public:
  Call(Service& service, grpc::ServerCompletionQueue& queue, const pb::GetUserResponse& response)
      : service_(service), queue_(queue), response_(response) {
    service_.RequestGetUser(&context_, &request_, &writer_, &queue_, &queue_, this);
  }

  void Proceed(bool ok) {
    if (!responded_ && ok) {
      responded_ = true;
      writer_.Finish(response_, grpc::Status::OK, this);
      return;
    }
    if (ok) new Call(service_, queue_, response_);
    delete this;
  }

 private:
  Service& service_;
  grpc::ServerCompletionQueue& queue_;
  const pb::GetUserResponse& response_;
  grpc::ServerContext context_;
  pb::GetUserRequest request_;
  grpc::ServerAsyncResponseWriter<pb::GetUserResponse> writer_{&context_};
  bool responded_ = false;
};

void Serve(Service& service, grpc::ServerCompletionQueue& queue, const pb::GetUserResponse& response) {
  for (int i = 0; i < kWaitingCallsPerQueue; ++i) new Call(service, queue, response);
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) static_cast<Call*>(tag)->Proceed(ok);
}

int Main(const std::string& port, const std::string& response_file) {
  pb::GetUserResponse response;
  std::ifstream file(response_file, std::ios::binary);
  if (!response.ParseFromIstream(&file)) {
    std::cerr << "the response file contains no valid GetUserResponse: " << response_file << '\n';
    return 2;
  }
  Service service;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (int i = 0; i < kQueues; ++i) queues.push_back(builder.AddCompletionQueue());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::vector<std::jthread> threads;
  for (const auto& queue : queues) threads.emplace_back([&] { Serve(service, *queue, response); });
  server->Wait();  // until a signal ends the process
  return 0;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: keelson_bench_echo PORT RESPONSE_FILE\n";
    return 2;
  }
  return keelson::Main(argv[1], argv[2]);
}
