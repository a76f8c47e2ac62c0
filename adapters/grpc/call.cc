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
  absl::Status status = queue_.dispatcher().Admit(*method_, *server_context_, payload_, context_);
  if (!status.ok()) {
    Finish(status, nullptr);
  } else if (!deferred_) {
    queue_.RunInline(*this);
  } else if (!queue_.workers().Submit(this)) {
    Finish(OverloadedError(), nullptr);
  }
}

void Call::Run(google::protobuf::Arena& arena) {
  const google::protobuf::Message* response = nullptr;
  absl::Status status = absl::CancelledError();
  if (!cancelled_.load(std::memory_order_relaxed)) {
    status = queue_.dispatcher().Answer(*method_, context_, payload_, arena, response);
  }
  Finish(status, response);
}

void Call::Finish(const absl::Status& status, const google::protobuf::Message* response) {
  payload_.Clear();
  queue_.dispatcher().Record(*method_, context_, status,
                             absl::FromChrono(std::chrono::steady_clock::now() - start_));
  // The events may free the slot before these calls return.
  if (status.ok()) {
    writer_->Finish(*response, grpc::Status::OK, &sent_);
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
