#pragma once

#include <grpcpp/completion_queue.h>

#include <atomic>
#include <list>
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

  // The call waits for its message until MessageDone, where it begins. Run expires a call whose message does
  // not arrive within the default deadline.
  void AwaitMessage(Call::Link& link) { receiving_.splice(receiving_.end(), link.home); }
  void MessageDone(Call::Link& link) {
    link.home.splice(link.home.end(), receiving_, link.node);
    CallBegan();
  }

  void CallBegan() { ++under_way_; }
  void CallEnded() { --under_way_; }
  // Calls that have begun and not ended. Thread-safe.
  int under_way() const { return under_way_; }

  bool RunsInline(const Method& method) const { return inline_reads_ && method.work == Workload::kRead; }

  grpc::ServerCompletionQueue* completion_queue() { return queue_.get(); }
  Dispatcher& dispatcher() { return dispatcher_; }
  WorkerPool& WorkersFor(const Method& method) const;

 private:
  void ExpireReceiving();
  // When the first of the calls that wait for their message expires.
  gpr_timespec NextExpiry() const;

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  Dispatcher& dispatcher_;
  const Workers workers_;
  const bool inline_reads_;
  const absl::Duration receive_timeout_;
  std::vector<std::unique_ptr<Call>> free_;
  // In the order of their arrival, so that the first one expires first.
  std::list<Call*> receiving_;
  // Written by the queue's thread alone, so that no two cores contend for it.
  std::atomic<int> under_way_ = 0;
  alignas(std::max_align_t) char block_[kArenaBlockBytes];
  google::protobuf::Arena arena_;
};

}  // namespace keelson
