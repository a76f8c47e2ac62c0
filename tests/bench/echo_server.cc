// A minimal gRPC server with completion queues, which returns the same response to every call of METHOD. Its
// calls per second are the upper limit for reads of the service.
//
//   keelson_bench_echo PORT METHOD RESPONSE_FILE
//
// METHOD is "/package.Service/Method" of GetUser or IntrospectSession.

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "keelson/accounts/v1/accounts.grpc.pb.h"
#include "keelson/sessions/v1/sessions.grpc.pb.h"

namespace keelson {
namespace {

struct GetUser {
  using Request = accounts::v1::GetUserRequest;
  using Response = accounts::v1::GetUserResponse;
  using Service =
      accounts::v1::AccountService::WithAsyncMethod_GetUser<accounts::v1::AccountService::Service>;
  static constexpr auto kRequest = &Service::RequestGetUser;
};

struct IntrospectSession {
  using Request = sessions::v1::IntrospectSessionRequest;
  using Response = sessions::v1::IntrospectSessionResponse;
  using Service =
      sessions::v1::SessionService::WithAsyncMethod_IntrospectSession<sessions::v1::SessionService::Service>;
  static constexpr auto kRequest = &Service::RequestIntrospectSession;
};

constexpr int kQueues = 2;
constexpr int kWaitingCallsPerQueue = 256;

// Handles one call at a time. After the response is sent, the object waits for the next call.
template <typename Method>
class Call {
 public:
  Call(typename Method::Service& service, grpc::ServerCompletionQueue& queue,
       const typename Method::Response& response)
      : service_(service), queue_(queue), response_(response) {
    (service_.*Method::kRequest)(&context_, &request_, &writer_, &queue_, &queue_, this);
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
  typename Method::Service& service_;
  grpc::ServerCompletionQueue& queue_;
  const typename Method::Response& response_;
  grpc::ServerContext context_;
  typename Method::Request request_;
  grpc::ServerAsyncResponseWriter<typename Method::Response> writer_{&context_};
  bool responded_ = false;
};

template <typename Method>
void Answer(typename Method::Service& service, grpc::ServerCompletionQueue& queue,
            const typename Method::Response& response) {
  for (int i = 0; i < kWaitingCallsPerQueue; ++i) new Call<Method>(service, queue, response);
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) static_cast<Call<Method>*>(tag)->Proceed(ok);
}

template <typename Method>
int Serve(const std::string& port, const std::string& response_file) {
  typename Method::Response response;
  std::ifstream file(response_file, std::ios::binary);
  if (!response.ParseFromIstream(&file)) {
    std::cerr << "the response file contains no valid response: " << response_file << '\n';
    return 2;
  }
  typename Method::Service service;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (int i = 0; i < kQueues; ++i) queues.push_back(builder.AddCompletionQueue());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::vector<std::jthread> threads;
  for (const auto& queue : queues) threads.emplace_back([&] { Answer<Method>(service, *queue, response); });
  server->Wait();  // until a signal ends the process
  return 0;
}

int Main(const std::string& port, const std::string& method, const std::string& response_file) {
  if (method == "/keelson.accounts.v1.AccountService/GetUser") return Serve<GetUser>(port, response_file);
  if (method == "/keelson.sessions.v1.SessionService/IntrospectSession") {
    return Serve<IntrospectSession>(port, response_file);
  }
  std::cerr << "unknown method: " << method << '\n';
  return 2;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: keelson_bench_echo PORT METHOD RESPONSE_FILE\n";
    return 2;
  }
  return keelson::Main(argv[1], argv[2], argv[3]);
}
