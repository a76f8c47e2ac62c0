#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <list>
#include <optional>

#include "adapters/grpc/dispatcher.h"
#include "adapters/grpc/queue_event.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/worker_pool.h"
#include "core/common/deadline.h"
#include "core/common/steady_time.h"
#include "core/common/tracer.h"

namespace keelson {

class CallQueue;

// A reusable slot for one unary call, which passes through the states: requested, arrived, message received,
// response sent, free. All methods must be called on the queue's thread, except Run and Finish, which may run
// on a worker thread. StreamCall derives from Call and overrides what happens between arrival and response.
class Call : public WorkerPool::Job {
 public:
  // The call's node in the queue's list of calls that wait for their message. Preallocated, so that moving
  // the node between lists does not allocate.
  struct Link {
    explicit Link(Call* call) : home{call}, node(home.begin()) {}
    std::list<Call*> home;
    const std::list<Call*>::iterator node;
  };

  explicit Call(CallQueue& queue) : queue_(queue), link_(this) {}
  virtual ~Call() = default;

  // Requests the next call of the method from the server.
  void Request(RpcService& service, int index);
  // Runs the handler. `arena` owns the response.
  void Run(google::protobuf::Arena& arena) override;
  // Sends the response. When Finish returns, the slot may already serve another call.
  void Finish() override;
  Deadline deadline() const override { return context_.deadline; }

  // Ends the call with `status`, an error, while the call waits for its message.
  virtual void Expire(absl::Status status);
  // Returns the time since which the call waits for its message.
  SteadyTime waiting_since() const { return waiting_since_; }
  const Method& method() const { return *method_; }

 protected:
  // Called when the call has arrived and is authorized.
  virtual void Begin();
  virtual void Received(bool ok);
  // Waits for the next message from `now` on. Received takes the message from payload_.
  void Read(SteadyTime now);
  // Sends `status` without a response, if it is an error, or response_.
  void Respond(absl::Status status);
  void EventDone();

  CallQueue& queue_;
  const Method* method_ = nullptr;
  // Whether a worker thread runs the call. Cancellation is tracked only for such calls.
  bool deferred_ = false;
  // Number of outstanding events; the slot is free after the last event.
  int pending_ = 0;
  Link link_;
  bool expired_ = false;
  std::atomic<bool> cancelled_ = false;
  CallContext context_;
  CallTrace trace_;
  absl::Status status_;
  const google::protobuf::Message* response_ = nullptr;
  grpc::ByteBuffer payload_;
  std::optional<grpc::ServerContext> server_context_;
  std::optional<grpc::ServerAsyncReaderWriter<google::protobuf::Message, grpc::ByteBuffer>> stream_;

 private:
  void Arrived(bool ok);
  void Ended(bool ok);
  void Sent(bool ok);
  void Release();

  RpcService* service_ = nullptr;
  int index_ = 0;
  SteadyTime start_;
  SteadyTime waiting_since_;
  QueueEventOf<Call> arrived_{this, &Call::Arrived};
  QueueEventOf<Call> received_{this, &Call::Received};
  QueueEventOf<Call> ended_{this, &Call::Ended};
  QueueEventOf<Call> sent_{this, &Call::Sent};
};

}  // namespace keelson
