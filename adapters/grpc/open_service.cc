#include "adapters/grpc/open_service.h"

#include <grpcpp/impl/rpc_service_method.h>

#include <utility>

#include "core/common/strings.h"

namespace keelson {
namespace {

// Number of calls that are requested per method; further calls wait in the gRPC library.
constexpr int kPostedStreams = 2;

}  // namespace

void OpenService::AddMethod(std::string_view name, MakeStream make) {
  const Method& added = methods_.emplace_back(Method{StrCat("/", name_, "/", name), std::move(make)});
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      added.path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
}

void OpenService::Open(grpc::ServerCompletionQueue& queue) {
  queue_ = &queue;
  for (int index = 0; index < static_cast<int>(methods_.size()); ++index) {
    for (int i = 0; i < kPostedStreams; ++i) Request(index);
  }
}

void OpenService::Request(int index) {
  // The stream is owned by its pending events.
  methods_[static_cast<std::size_t>(index)].make().release()->Request(*this, index);
}

void OpenStream::Request(OpenService& service, int index) {
  service_ = &service;
  index_ = index;
  pending_ = 1;
  context_.AsyncNotifyWhenDone(ended_.tag());
  service.RequestAsyncBidiStreaming(index, &context_, &stream_, service.queue_, service.queue_,
                                    arrived_.tag());
}

void OpenStream::Arrived(bool ok) {
  if (!ok) {
    // The server shuts down: no call arrived on this slot, and no further event follows.
    delete this;
    return;
  }
  ++service_->open_streams_;
  service_->Request(index_);
  // From now on, the pending event is ended_.
  Read();
}

void OpenStream::Read() {
  ++pending_;
  stream_.Read(&message_, received_.tag());
}

void OpenStream::Received(bool ok) {
  if (ok) {
    OnMessage(message_);
  } else {
    // The client sends no more messages.
    End(grpc::Status::OK);
  }
  EventDone();
}

void OpenStream::Send(const google::protobuf::Message& message) {
  ++pending_;
  stream_.Write(message, sent_.tag());
}

void OpenStream::SendLast(const google::protobuf::Message& message) {
  ++pending_;
  finishing_ = true;
  stream_.WriteAndFinish(message, grpc::WriteOptions(), grpc::Status::OK, sent_.tag());
}

void OpenStream::End(const grpc::Status& status) {
  ++pending_;
  finishing_ = true;
  stream_.Finish(status, sent_.tag());
}

void OpenStream::Sent(bool ok) {
  // If the client has cancelled the call, only ended_ follows.
  if (ok && !finishing_) OnSent();
  EventDone();
}

void OpenStream::Ended(bool) {
  OnEnded();
  EventDone();
}

void OpenStream::EventDone() {
  if (--pending_ > 0) return;
  --service_->open_streams_;
  delete this;
}

bool ParseOpenMessage(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

}  // namespace keelson
