#pragma once

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "adapters/grpc/call_counters.h"
#include "core/common/context.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace keelson {

// The permission that a method requires.
enum class Access { kRead, kWrite, kApprove, kAdminister };

// The kind of work that a method does. It selects the threads that run the method. A kRead is a short read,
// which may run on the transport's threads; a kList reads many rows; a kHash first hashes a password, and
// then writes.
enum class Workload { kRead, kList, kWrite, kHash };
constexpr bool Writes(Workload work) {
  return work == Workload::kWrite || work == Workload::kHash;
}

// A unary or client-streaming method of the contract.
struct Method {
  using Messages = std::vector<google::protobuf::Message*>;
  // The handler may move from the request. The handler must be thread-safe, because concurrent calls run on
  // different threads.
  using Handler = std::function<absl::Status(const CallContext&, google::protobuf::Message& request,
                                             google::protobuf::Message& response)>;
  // Handles the next messages of a client stream, at least one, and adds their results to `response`, which
  // all calls for one stream share. An error ends the stream. Thread-safe like Handler; the calls for one
  // stream do not overlap.
  using BatchHandler = std::function<absl::Status(const CallContext&, const Messages& requests,
                                                  google::protobuf::Message& response)>;

  bool streams() const { return batch_handler != nullptr; }
  // Returns the name in logs, such as "keelson.accounts.v1.AccountService/GetUser".
  std::string_view name() const { return std::string_view(path).substr(1); }

  // The HTTP/2 path: "/" followed by the name.
  std::string path = {};
  Access access = Access::kAdminister;
  Workload work = Workload::kWrite;
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
  // The handler of a unary method, or the batch handler of a client-streaming method; the other is empty.
  Handler handler = {};
  BatchHandler batch_handler = {};
  // Never null.
  std::unique_ptr<CallCounters> counters = std::make_unique<CallCounters>();
};

// A service of the contract and its implemented methods; for other methods, gRPC returns UNIMPLEMENTED. Each
// method is registered as a bidirectional stream, which is identical to a unary call on the wire. gRPC
// delivers a stream before its message arrives, so that the server authenticates the caller before the
// message takes memory. Must be set up by one thread before the server starts.
class RpcService final : public grpc::Service {
 public:
  explicit RpcService(const google::protobuf::ServiceDescriptor* descriptor) : descriptor_(descriptor) {}

  // `handler` is callable as absl::Status(const CallContext&, Request&, Response&).
  template <typename Request, typename Response, typename F>
  void AddMethod(std::string_view name, Access access, Workload work, F handler) {
    AddMethod(name, {.access = access,
                     .work = work,
                     .request = &Request::default_instance(),
                     .response = &Response::default_instance(),
                     .handler = [handler = std::move(handler)](const CallContext& context,
                                                               google::protobuf::Message& request,
                                                               google::protobuf::Message& response) {
                       return handler(context, static_cast<Request&>(request),
                                      static_cast<Response&>(response));
                     }});
  }

  // Adds a client-streaming method, whose messages are handled in batches. `handler` is callable as
  // absl::Status(const CallContext&, std::span<Request* const>, Response&).
  template <typename Request, typename Response, typename F>
  void AddClientStream(std::string_view name, Access access, Workload work, F handler) {
    AddMethod(name, {.access = access,
                     .work = work,
                     .request = &Request::default_instance(),
                     .response = &Response::default_instance(),
                     .batch_handler = [handler = std::move(handler)](const CallContext& context,
                                                                     const Method::Messages& messages,
                                                                     google::protobuf::Message& response) {
                       std::vector<Request*> requests;
                       requests.reserve(messages.size());
                       for (google::protobuf::Message* message : messages) {
                         requests.push_back(static_cast<Request*>(message));
                       }
                       return handler(context, std::span<Request* const>(requests),
                                      static_cast<Response&>(response));
                     }});
  }

  const std::string& name() const { return descriptor_->full_name(); }
  // Adds the statistics of each method to `calls`. Thread-safe.
  void ListCalls(std::vector<CallStatistics>& calls) const;
  const std::deque<Method>& methods() const { return methods_; }

  // Requests one call of the method. The queue returns `tag` when the call's metadata arrives or the server
  // shuts down.
  void Request(int index, grpc::ServerContext* context, grpc::internal::ServerAsyncStreamingInterface* stream,
               grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncBidiStreaming(index, context, stream, queue, queue, tag);
  }

 private:
  // Sets the path and adds the method.
  void AddMethod(std::string_view name, Method method);

  const google::protobuf::ServiceDescriptor* descriptor_;
  // A deque, because gRPC keeps pointers to the paths.
  std::deque<Method> methods_;
};

}  // namespace keelson
