#include "adapters/grpc/call_queue.h"

namespace keelson {
namespace {

// Calls that can arrive at once without waiting in the library until the thread asks for more. A slot takes
// about 3 KiB.
constexpr int kPostedReads = 32;
constexpr int kPostedOthers = 4;
// Slots kept for reuse after a burst.
constexpr std::size_t kMaxFree = 256;

}  // namespace

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue, Dispatcher& dispatcher,
                     const Workers& workers, bool inline_reads)
    : queue_(std::move(queue)),
      dispatcher_(dispatcher),
      workers_(workers),
      inline_reads_(inline_reads),
      arena_(ArenaOver(block_)) {}

CallQueue::~CallQueue() = default;

WorkerPool& CallQueue::WorkersFor(const Method& method) const {
  switch (method.work) {
    case Work::kRead:
      return workers_.readers;
    case Work::kWrite:
      return workers_.writers;
    case Work::kList:
    case Work::kHash:
      return workers_.any;
  }
  return workers_.any;
}

void CallQueue::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    const Call::Event& event = *static_cast<Call::Event*>(tag);
    (event.call->*event.happened)(ok);
  }
}

void CallQueue::PostAll(std::span<const std::unique_ptr<RpcService>> services) {
  for (const std::unique_ptr<RpcService>& service : services) {
    for (int index = 0; index < static_cast<int>(service->methods().size()); ++index) {
      const Work work = service->methods()[static_cast<std::size_t>(index)].work;
      for (int i = 0; i < (work == Work::kRead ? kPostedReads : kPostedOthers); ++i) Post(*service, index);
    }
  }
}

void CallQueue::Post(RpcService& service, int index) {
  std::unique_ptr<Call> call;
  if (free_.empty()) {
    call = std::make_unique<Call>(*this);
  } else {
    call = std::move(free_.back());
    free_.pop_back();
  }
  // From here on its events own it, until Release.
  call.release()->Await(service, index);
}

void CallQueue::Release(Call* call) {
  std::unique_ptr<Call> owned(call);
  if (free_.size() < kMaxFree) free_.push_back(std::move(owned));
}

void CallQueue::RunInline(Call& call) {
  call.Run(arena_);
  call.Finish();
  arena_.Reset();
}

}  // namespace keelson
