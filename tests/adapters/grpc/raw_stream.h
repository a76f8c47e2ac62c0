#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/adapters/grpc/rpc_server_fixture.h"

namespace keelson {

// A client's bidirectional stream of serialized messages, on a channel of its own. Methods block.
class RawStream {
 public:
  RawStream(const RpcServerFixture& fixture, const std::string& method);

  // Returns false if the stream has ended.
  bool Write(const std::string& message);
  // Returns nullopt if the stream has ended.
  std::optional<std::string> Read();
  // Sends no more messages, and returns the status of the stream when it has ended.
  grpc::Status End();

 private:
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

}  // namespace keelson
