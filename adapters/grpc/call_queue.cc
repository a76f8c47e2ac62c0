#include "adapters/grpc/call_queue.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <utility>

#include "adapters/grpc/stream_call.h"

namespace keelson {
namespace {

// Number of pre-requested slots per short-read method; further calls wait in the gRPC library until the
// queue's thread requests more. A slot takes about 3 KiB. Debian's gRPC is built with assertions that scan
// all pending requests of a queue at each step of a call, so that many slots slow down every call.
constexpr int kPostedReads = 8;
constexpr int kPostedOthers = 2;
// Maximum number of free slots that are kept for reuse.
constexpr std::size_t kMaxFree = 256;

}  // namespace

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue, Dispatcher& dispatcher,
                     const Workers& workers, bool inline_reads)
    : queue_(std::move(queue)),
      dispatcher_(dispatcher),
      workers_(workers),
      inline_reads_(inline_reads),
      receive_timeout_(dispatcher.default_deadline()),
      arena_(ArenaOver(block_)) {}

CallQueue::~CallQueue() = default;

WorkerPool& CallQueue::WorkersFor(const Method& method) const {
  switch (method.work) {
    case Workload::kRead:
      return workers_.readers;
    case Workload::kWrite:
      return workers_.writers;
    case Workload::kList:
    case Workload::kHash:
      return workers_.any;
  }
  return workers_.any;
}

void CallQueue::Run() {
  void* tag = nullptr;
  bool ok = false;
  auto next = grpc::CompletionQueue::TIMEOUT;
  gpr_timespec expiry;
  const auto handle_event = [&] {
    if (next == grpc::CompletionQueue::GOT_EVENT) {
      if (tag == nullptr) {
        OnWake();
      } else {
        static_cast<QueueEvent*>(tag)->Happened(ok);
      }
    }
    ExpireReceiving();
    expiry = NextExpiry();
  };
  do {
    // If the message of a call has arrived already, the next event is taken without a pass through the queue.
    next = queue_->DoThenAsyncNext(handle_event, &tag, &ok, expiry);
  } while (next != grpc::CompletionQueue::SHUTDOWN);
}

gpr_timespec CallQueue::NextExpiry() const {
  if (receiving_.empty()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const absl::Duration left = receiving_.front()->waiting_since() + receive_timeout_ - SteadyTime::Now();
  const std::int64_t nanoseconds = absl::ToInt64Nanoseconds(std::max(left, absl::ZeroDuration()));
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(nanoseconds, GPR_TIMESPAN));
}

void CallQueue::ExpireReceiving() {
  if (receiving_.empty()) return;
  const SteadyTime latest_start = SteadyTime::Now() - receive_timeout_;
  while (!receiving_.empty() && receiving_.front()->waiting_since() <= latest_start) {
    receiving_.front()->Expire(
        absl::DeadlineExceededError("the deadline expired before the request message arrived"));
  }
}

void CallQueue::EndReceiving() {
  const absl::MutexLock lock(&mutex_);
  Wake();
}

void CallQueue::ContinueStream(StreamCall* call) {
  const absl::MutexLock lock(&mutex_);
  continued_.push_back(call);
  Wake();
}

void CallQueue::Wake() {
  if (std::exchange(waking_, true)) return;
  alarm_.Set(queue_.get(), gpr_now(GPR_CLOCK_MONOTONIC), nullptr);
}

void CallQueue::OnWake() {
  std::vector<StreamCall*> continued;
  {
    const absl::MutexLock lock(&mutex_);
    waking_ = false;
    continued.swap(continued_);
  }
  for (StreamCall* call : continued) call->BatchDone();
  if (!dispatcher_.closed()) return;
  while (!receiving_.empty()) receiving_.front()->Expire(ShuttingDownError());
}

void CallQueue::PostAll(std::span<const std::unique_ptr<RpcService>> services) {
  for (const std::unique_ptr<RpcService>& service : services) {
    for (int index = 0; index < static_cast<int>(service->methods().size()); ++index) {
      const Workload work = service->methods()[static_cast<std::size_t>(index)].work;
      for (int i = 0; i < (work == Workload::kRead ? kPostedReads : kPostedOthers); ++i)
        Post(*service, index);
    }
  }
}

void CallQueue::Post(RpcService& service, int index) {
  std::unique_ptr<Call> call;
  if (service.methods()[static_cast<std::size_t>(index)].streams()) {
    call = std::make_unique<StreamCall>(*this);
  } else if (free_.empty()) {
    call = std::make_unique<Call>(*this);
  } else {
    call = std::move(free_.back());
    free_.pop_back();
  }
  // The call is owned by its pending events until CallQueue::Release.
  call.release()->Request(service, index);
}

void CallQueue::Release(Call* call) {
  std::unique_ptr<Call> owned(call);
  if (free_.size() < kMaxFree && !call->method().streams()) free_.push_back(std::move(owned));
}

void CallQueue::RunInline(Call& call) {
  call.Run(arena_);
  call.Finish();
  arena_.Reset();
}

}  // namespace keelson
