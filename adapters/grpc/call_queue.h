#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/grpc/call.h"
#include "adapters/grpc/dispatcher.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/worker_pool.h"

namespace keelson {

class StreamCall;

// A completion queue and the slots of its calls. Methods must be called on the thread that executes Run,
// unless they are marked as thread-safe.
class CallQueue {
 public:
  struct Workers {
    WorkerPool& any;
    WorkerPool& writers;
    WorkerPool& readers;
  };

  // With `inline_reads`, short reads run on the queue's own thread.
  CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue, Dispatcher& dispatcher,
            const Workers& workers, bool inline_reads);
  ~CallQueue();

  // Requests calls of every method from the server. Call once, after the server has started and before Run.
  void PostAll(std::span<const std::unique_ptr<RpcService>> services);
  // Processes events until ShutDown. Blocks.
  void Run();
  // Ends all calls that wait for their message with UNAVAILABLE (SHUTTING_DOWN). Call after
  // Dispatcher::Close. Thread-safe.
  void EndReceiving();
  // Ends Run. Call after the server is shut down and all calls have ended. Thread-safe.
  void ShutDown() { queue_->Shutdown(); }

  // Requests one more call of the method.
  void Post(RpcService& service, int index);
  // Keeps a free slot for reuse, or deletes it.
  void Release(Call* call);
  void RunInline(Call& call);

  // Calls StreamCall::BatchDone on the queue's thread. Thread-safe.
  void ContinueStream(StreamCall* call);

  // Marks the call as waiting for its message, from now on. MessageDone ends the wait. Run expires a call
  // whose message does not arrive within the default deadline.
  void ExpectMessage(Call::Link& link) { receiving_.splice(receiving_.end(), link.home); }
  void MessageDone(Call::Link& link) { link.home.splice(link.home.end(), receiving_, link.node); }

  void CallBegan() { ++in_flight_; }
  void CallEnded() { --in_flight_; }
  // Number of in-flight calls. Thread-safe.
  int in_flight() const { return in_flight_; }

  bool RunsInline(const Method& method) const {
    return inline_reads_ && method.work == Workload::kRead && !method.streams();
  }

  grpc::ServerCompletionQueue* completion_queue() { return queue_.get(); }
  Dispatcher& dispatcher() { return dispatcher_; }
  WorkerPool& WorkersFor(const Method& method) const;

 private:
  void ExpireReceiving();
  // Makes Run call OnWake soon.
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnWake();
  // Returns the time at which the oldest call without a message expires.
  gpr_timespec NextExpiry() const;

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  Dispatcher& dispatcher_;
  const Workers workers_;
  const bool inline_reads_;
  const absl::Duration receive_timeout_;
  std::vector<std::unique_ptr<Call>> free_;
  // Calls that wait for a message, in the order in which the waits began: the first call expires first.
  std::list<Call*> receiving_;
  // Written only by the queue's thread, so that CPU cores do not contend for the cache line.
  std::atomic<int> in_flight_ = 0;
  absl::Mutex mutex_;
  // Streams whose batch is done.
  std::vector<StreamCall*> continued_ ABSL_GUARDED_BY(mutex_);
  bool waking_ ABSL_GUARDED_BY(mutex_) = false;
  // Its event has a null tag.
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mutex_);
  alignas(std::max_align_t) char block_[kArenaBlockBytes];
  google::protobuf::Arena arena_;
};

}  // namespace keelson
