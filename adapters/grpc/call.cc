#include "adapters/grpc/call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "adapters/grpc/call_queue.h"
#include "adapters/grpc/error_status.h"

namespace keelson {

void Call::Await(RpcService& service, int index) {
  service_ = &service;
  index_ = index;
  method_ = &service.methods()[static_cast<std::size_t>(index)];
  deferred_ = !queue_.RunsInline(*method_);
  pending_ = deferred_ ? 2 : 1;
  cancelled_.store(false, std::memory_order_relaxed);
  server_context_.emplace();
  writer_.emplace(&*server_context_);
  if (deferred_) server_context_->AsyncNotifyWhenDone(&ended_);
  service.Request(index, &*server_context_, &payload_, &*writer_, queue_.completion_queue(), &arrived_);
}

void Call::Arrived(bool ok) {
  if (!ok) {
    // The server shuts down: no call came, and no other event will.
    LetGo();
    return;
  }
  start_ = std::chrono::steady_clock::now();
  queue_.CallBegan();
  queue_.Post(*service_, index_);
  status_ = queue_.dispatcher().Admit(*method_, *server_context_, payload_, context_);
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
    status_ = queue_.dispatcher().Answer(*method_, context_, payload_, arena, response_);
  }
}

void Call::Finish() {
  payload_.Clear();
  queue_.dispatcher().Record(*method_, context_, status_,
                             absl::FromChrono(std::chrono::steady_clock::now() - start_));
  // The events may free the slot before these calls return.
  const absl::Status status = std::move(status_);
  if (status.ok()) {
    writer_->Finish(*response_, grpc::Status::OK, &sent_);
  } else {
    writer_->FinishWithError(ToGrpcStatus(status, context_.correlation_id), &sent_);
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
  LetGo();
}

void Call::LetGo() {
  writer_.reset();
  server_context_.reset();
  payload_.Clear();
  queue_.Release(this);
}

}  // namespace keelson
