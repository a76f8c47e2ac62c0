#include "tests/adapters/grpc/raw_stream.h"

namespace keelson {

RawStream::RawStream(const RpcServerFixture& fixture, const std::string& method)
    : stub_(fixture.NewChannel()), call_(stub_.PrepareCall(&context_, method, &queue_)) {
  call_->StartCall(nullptr);
  Await(queue_);
}

bool RawStream::Write(const std::string& message) {
  const grpc::Slice slice(message);
  call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  return Await(queue_);
}

std::optional<std::string> RawStream::Read() {
  grpc::ByteBuffer bytes;
  call_->Read(&bytes, nullptr);
  grpc::Slice whole;
  if (!Await(queue_) || !bytes.DumpToSingleSlice(&whole).ok()) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(whole.begin()), whole.size());
}

grpc::Status RawStream::End() {
  call_->WritesDone(nullptr);
  Await(queue_);
  grpc::Status status;
  call_->Finish(&status, nullptr);
  Await(queue_);
  return status;
}

}  // namespace keelson
