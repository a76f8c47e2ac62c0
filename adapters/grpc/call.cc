#include "adapters/grpc/call.h"

#include "adapters/grpc/call_queue.h"
#include "adapters/grpc/error_status.h"

namespace keelson {

void Call::Request(RpcService& service, int index) {
  service_ = &service;
  index_ = index;
  method_ = &service.methods()[static_cast<std::size_t>(index)];
  deferred_ = !queue_.RunsInline(*method_);
  pending_ = deferred_ ? 2 : 1;
  expired_ = false;
  cancelled_.store(false, std::memory_order_relaxed);
  server_context_.emplace();
  stream_.emplace(&*server_context_);
  if (deferred_) server_context_->AsyncNotifyWhenDone(ended_.tag());
  service.Request(index, &*server_context_, &*stream_, queue_.completion_queue(), arrived_.tag());
}

void Call::Arrived(bool ok) {
  if (!ok) {
    // The server shuts down: no call arrived on this slot, and no further event follows.
    Release();
    return;
  }
  start_ = SteadyTime::Now();
  method_->counters->Started();
  queue_.Post(*service_, index_);
  status_ = queue_.dispatcher().Authorize(*method_, *server_context_, context_, trace_);
  if (!status_.ok()) {
    queue_.CallBegan();
    Respond(std::move(status_));
    return;
  }
  Begin();
}

void Call::Begin() {
  Read(start_);
}

void Call::Read(SteadyTime now) {
  ++pending_;
  waiting_since_ = now;
  queue_.ExpectMessage(link_);
  stream_->Read(&payload_, received_.tag());
}

void Call::Expire(absl::Status status) {
  queue_.MessageDone(link_);
  queue_.CallBegan();
  expired_ = true;
  Respond(std::move(status));
}

void Call::Received(bool ok) {
  if (expired_) {
    EventDone();
    return;
  }
  --pending_;
  queue_.MessageDone(link_);
  queue_.CallBegan();
  status_ = queue_.dispatcher().CheckMessage(*server_context_, ok, payload_);
  if (!status_.ok()) {
    Finish();
  } else if (!deferred_) {
    queue_.RunInline(*this);
  } else if (!queue_.WorkersFor(*method_).Submit(this)) {
    status_ = OverloadedError();
    Finish();
  }
}

void Call::Run(google::protobuf::Arena& arena) {
  if (cancelled_.load(std::memory_order_relaxed)) {
    status_ = absl::CancelledError();
  } else {
    status_ = queue_.dispatcher().Invoke(*method_, context_, payload_, arena, response_);
  }
}

void Call::Finish() {
  Respond(std::move(status_));
}

// The event for `sent_` may free the slot before the last call below returns.
void Call::Respond(absl::Status status) {
  status_ = std::move(status);
  queue_.dispatcher().RecordCall(*method_, context_, trace_, status_, SteadyTime::Now() - start_);
  if (status_.ok()) {
    stream_->WriteAndFinish(*response_, grpc::WriteOptions(), grpc::Status::OK, sent_.tag());
  } else {
    stream_->Finish(ToGrpcStatus(status_, context_.correlation_id), sent_.tag());
  }
}

void Call::Ended(bool) {
  if (server_context_->IsCancelled()) cancelled_.store(true, std::memory_order_relaxed);
  EventDone();
}

void Call::Sent(bool) {
  EventDone();
}

void Call::EventDone() {
  if (--pending_ > 0) return;
  queue_.CallEnded();
  Release();
}

void Call::Release() {
  stream_.reset();
  server_context_.reset();
  payload_.Clear();
  queue_.Release(this);
}

}  // namespace keelson
