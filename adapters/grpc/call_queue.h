#pragma once

#include <grpcpp/completion_queue.h>

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "adapters/grpc/call.h"
#include "adapters/grpc/dispatcher.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/worker_pool.h"

namespace keelson {

// A completion queue and the slots of the calls that arrive on it. For the one
// thread that runs it, but where something else is said.
class CallQueue {
 public:
  struct Workers {
    WorkerPool& any;
    WorkerPool& writers;
    WorkerPool& readers;
  };

  // With `inline_reads` short reads run on the queue's own thread.
  CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue, Dispatcher& dispatcher,
            const Workers& workers, bool inline_reads);
  ~CallQueue();

  // Asks for the first calls of every method. Once, after the server has started and before Run.
  void PostAll(std::span<const std::unique_ptr<RpcService>> services);
  // Answers calls until ShutDown.
  void Run();
  // Ends Run, once the server is shut down and no call is left. Thread-safe.
  void ShutDown() { queue_->Shutdown(); }

  // Asks for one more call of the method.
  void Post(RpcService& service, int index);
  // The slot is free again.
  void Release(Call* call);
  void RunInline(Call& call);

  void CallBegan() { ++under_way_; }
  void CallEnded() { --under_way_; }
  // Calls that have arrived and not ended. Thread-safe.
  int under_way() const { return under_way_; }

  bool RunsInline(const Method& method) const { return inline_reads_ && method.work == Work::kRead; }

  grpc::ServerCompletionQueue* completion_queue() { return queue_.get(); }
  Dispatcher& dispatcher() { return dispatcher_; }
  WorkerPool& WorkersFor(const Method& method) const;

 private:
  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  Dispatcher& dispatcher_;
  const Workers workers_;
  const bool inline_reads_;
  std::vector<std::unique_ptr<Call>> free_;
  // Written by the queue's thread alone, so that no two cores contend for it.
  std::atomic<int> under_way_ = 0;
  alignas(std::max_align_t) char block_[kArenaBlockBytes];
  google::protobuf::Arena arena_;
};

}  // namespace keelson
