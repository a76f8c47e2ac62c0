#include "adapters/grpc/stream_call.h"

#include "adapters/grpc/call_queue.h"

namespace keelson {
namespace {

// A larger batch costs less per record, but blocks the other writes of a store with one writer for longer.
constexpr std::size_t kBatchMessages = 1000;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;

}  // namespace

bool StreamCall::Batch::full() const {
  return messages.size() >= kBatchMessages || bytes >= kBatchBytes;
}

StreamCall::~StreamCall() {
  if (admitted_) queue_.dispatcher().StreamEnded();
}

void StreamCall::Begin() {
  // Shutdown waits for a stream from its arrival on, because the stream may have committed batches.
  queue_.CallBegan();
  absl::Status status = queue_.dispatcher().AdmitStream();
  admitted_ = status.ok();
  if (!admitted_) return End(std::move(status));
  results_.reset(method_->response->New());
  Advance();
}

void StreamCall::Received(bool ok) {
  if (expired_) return EventDone();
  --pending_;
  reading_ = false;
  queue_.MessageDone(link_);
  if (!ok) {
    complete_ = true;
    return Advance();
  }
  absl::Status status = queue_.dispatcher().CheckMessage(*server_context_, ok, payload_);
  if (!status.ok()) return End(std::move(status));
  next_.bytes += payload_.Length();
  next_.messages.emplace_back().Swap(&payload_);
  Advance();
}

void StreamCall::Advance() {
  if (!running_ && (next_.full() || complete_)) {
    if (next_.messages.empty()) return End(absl::OkStatus());
    StartBatch();
  }
  if (expired_ || complete_ || reading_ || next_.full()) return;
  if (queue_.dispatcher().closed()) return End(ShuttingDownError());
  reading_ = true;
  Read(SteadyTime::Now());
}

void StreamCall::StartBatch() {
  batch_ = std::exchange(next_, {});
  context_.deadline = queue_.dispatcher().DeadlineOf(*server_context_);
  ++pending_;
  running_ = true;
  if (queue_.WorkersFor(*method_).Submit(this)) return;
  --pending_;
  End(OverloadedError());
}

void StreamCall::Run(google::protobuf::Arena& arena) {
  if (cancelled_.load(std::memory_order_relaxed)) {
    batch_status_ = absl::CancelledError();
  } else {
    batch_status_ = queue_.dispatcher().InvokeBatch(*method_, context_, batch_.messages, arena, *results_);
  }
}

void StreamCall::Finish() {
  queue_.ContinueStream(this);
}

void StreamCall::BatchDone() {
  if (expired_) return EventDone();
  --pending_;
  running_ = false;
  batch_ = {};
  if (!batch_status_.ok()) return End(std::move(batch_status_));
  Advance();
}

void StreamCall::End(absl::Status status) {
  if (reading_) queue_.MessageDone(link_);
  expired_ = true;
  // A batch that is still queued does not run.
  cancelled_.store(true, std::memory_order_relaxed);
  response_ = results_.get();
  Respond(std::move(status));
}

}  // namespace keelson
