#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <list>
#include <optional>

#include "adapters/grpc/dispatcher.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/worker_pool.h"
#include "core/common/deadline.h"
#include "core/common/steady_time.h"

namespace keelson {

class CallQueue;

// A slot for one call at a time, used again and again: asked for, arrived, received, answered, free. A slot
// lives on its queue's thread, except for Run and Finish, which may run on a worker's thread.
class Call final : public WorkerPool::Job {
 public:
  // What the completion queue is handed: whose event it is, and what has happened.
  struct Event {
    Call* call;
    void (Call::*happened)(bool ok);
  };

  // The node that a call moves to its queue's list while the call waits for its message, and back: no
  // allocation.
  struct Link {
    explicit Link(Call* call) : home{call}, node(home.begin()) {}
    std::list<Call*> home;
    const std::list<Call*>::iterator node;
  };

  explicit Call(CallQueue& queue) : queue_(queue), link_(this) {}

  // Asks the server for the next call of the method.
  void Await(RpcService& service, int index);
  // Runs the handler, whose answer lives in `arena`.
  void Run(google::protobuf::Arena& arena) override;
  // Answers. The slot may be another call's when this returns.
  void Finish() override;
  Deadline deadline() const override { return context_.deadline; }

  // Answers DEADLINE_EXCEEDED to a call whose message has not arrived in time.
  void Expire();
  SteadyTime start() const { return start_; }

 private:
  void Arrived(bool ok);
  void Received(bool ok);
  void Ended(bool ok);
  void Sent(bool ok);
  void EventDone();
  void Release();

  CallQueue& queue_;
  RpcService* service_ = nullptr;
  int index_ = 0;
  const Method* method_ = nullptr;
  // Run by a worker, so that it is of use to know whether the caller has gone.
  bool deferred_ = false;
  // Events to come before the slot is free.
  int pending_ = 0;
  Link link_;
  bool expired_ = false;
  std::atomic<bool> cancelled_ = false;
  SteadyTime start_;
  CallContext context_;
  absl::Status status_;
  const google::protobuf::Message* response_ = nullptr;
  grpc::ByteBuffer payload_;
  std::optional<grpc::ServerContext> server_context_;
  std::optional<grpc::ServerAsyncReaderWriter<google::protobuf::Message, grpc::ByteBuffer>> stream_;
  Event arrived_{this, &Call::Arrived};
  Event received_{this, &Call::Received};
  Event ended_{this, &Call::Ended};
  Event sent_{this, &Call::Sent};
};

}  // namespace keelson
