#pragma once

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/common/context.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace keelson {

// What a caller needs to be allowed to do.
enum class Access { kRead, kWrite, kApprove, kAdminister };

// What a call takes: a short read (which may run on the transport's own threads), a read of many, a write, or
// a write that hashes a password first.
enum class Workload { kRead, kList, kWrite, kHash };
constexpr bool Writes(Workload work) {
  return work == Workload::kWrite || work == Workload::kHash;
}

// One unary method of the contract.
struct Method {
  // May move out of the request. Runs on any thread, any number at once.
  using Handler = std::function<absl::Status(const CallContext&, google::protobuf::Message& request,
                                             google::protobuf::Message& response)>;
  // "keelson.accounts.v1.AccountService/GetUser", as logs show it.
  std::string_view name() const { return std::string_view(path).substr(1); }

  // The name after a "/", as HTTP/2 has it.
  std::string path;
  Access access;
  Workload work;
  const google::protobuf::Message* request;
  const google::protobuf::Message* response;
  Handler handler;
};

// A service of the contract with those of its methods that are offered, known by their descriptors: the
// library answers UNIMPLEMENTED for the others. Each method is registered as a bidirectional stream, which
// looks the same on the wire as a unary call: the library delivers a stream before its message arrives, so
// that the server authenticates the caller before the message takes memory. Set up by one thread before the
// server starts.
class RpcService final : public grpc::Service {
 public:
  explicit RpcService(const google::protobuf::ServiceDescriptor* descriptor) : descriptor_(descriptor) {}

  // `handler` is callable as absl::Status(const CallContext&, Request&, Response&).
  template <typename Request, typename Response, typename F>
  void AddMethod(std::string_view name, Access access, Workload work, F handler) {
    AddMethod(name, access, work, Request::default_instance(), Response::default_instance(),
              [handler = std::move(handler)](const CallContext& context, google::protobuf::Message& request,
                                             google::protobuf::Message& response) {
                return handler(context, static_cast<Request&>(request), static_cast<Response&>(response));
              });
  }

  const std::string& name() const { return descriptor_->full_name(); }
  const std::deque<Method>& methods() const { return methods_; }

  // Asks for one call of the method. The queue returns `tag` when the call's metadata arrives, or when the
  // server ends.
  void Request(int index, grpc::ServerContext* context, grpc::internal::ServerAsyncStreamingInterface* stream,
               grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncBidiStreaming(index, context, stream, queue, queue, tag);
  }

 private:
  void AddMethod(std::string_view name, Access access, Workload work,
                 const google::protobuf::Message& request, const google::protobuf::Message& response,
                 Method::Handler handler);

  const google::protobuf::ServiceDescriptor* descriptor_;
  // A deque, because the library keeps pointers to the paths.
  std::deque<Method> methods_;
};

}  // namespace keelson
