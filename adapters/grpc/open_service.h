#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/grpc/queue_event.h"
#include "google/protobuf/message.h"

namespace keelson {

class OpenStream;

// A service of the transport that every caller may use without authentication: health checks and reflection.
// Its calls have no deadline of their own and are not logged. gRPC's own services would use its callback API,
// whose threads poll the connections of all calls: that costs each call several microseconds.
//
// Each method is registered as a bidirectional stream, which is identical to a unary call on the wire.
class OpenService : public grpc::Service {
 public:
  explicit OpenService(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }

  // Requests calls of every method. Call once, after the server has started. All streams of the service use
  // this queue.
  void Open(grpc::ServerCompletionQueue& queue);
  // Number of streams that have begun and not ended. Thread-safe.
  int open_streams() const { return open_streams_; }

 protected:
  using MakeStream = std::function<std::unique_ptr<OpenStream>()>;
  // Must be called before the server starts.
  void AddMethod(std::string_view name, MakeStream make);
  grpc::ServerCompletionQueue& queue() const { return *queue_; }

 private:
  friend class OpenStream;

  struct Method {
    std::string path;
    MakeStream make;
  };
  // Requests one more call of the method.
  void Request(int index);

  const std::string name_;
  // A deque, because gRPC keeps pointers to the paths.
  std::deque<Method> methods_;
  grpc::ServerCompletionQueue* queue_ = nullptr;
  std::atomic<int> open_streams_ = 0;
};

// One stream of an OpenService. Deletes itself after its last event. All methods run on the queue's thread.
class OpenStream {
 public:
  virtual ~OpenStream() = default;

 protected:
  // Handles the next message of the client: calls Send, SendLast or End.
  virtual void OnMessage(grpc::ByteBuffer& message) = 0;
  // Called after Send. Waits for the next message.
  virtual void OnSent() { Read(); }
  // Called when the call has ended, possibly because the client has cancelled it.
  virtual void OnEnded() {}

  // At most one of these may be in progress.
  void Read();
  void Send(const google::protobuf::Message& message);
  void SendLast(const google::protobuf::Message& message);
  void End(const grpc::Status& status);

 private:
  friend class OpenService;

  void Request(OpenService& service, int index);
  void Arrived(bool ok);
  void Received(bool ok);
  void Sent(bool ok);
  void Ended(bool ok);
  void EventDone();

  OpenService* service_ = nullptr;
  int index_ = 0;
  // Number of outstanding events.
  int pending_ = 0;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<google::protobuf::Message, grpc::ByteBuffer> stream_{&context_};
  grpc::ByteBuffer message_;
  bool finishing_ = false;
  QueueEventOf<OpenStream> arrived_{this, &OpenStream::Arrived};
  QueueEventOf<OpenStream> received_{this, &OpenStream::Received};
  QueueEventOf<OpenStream> sent_{this, &OpenStream::Sent};
  QueueEventOf<OpenStream> ended_{this, &OpenStream::Ended};
};

// Parses `bytes` as a message of an open service. Returns false for an invalid or compressed message.
bool ParseOpenMessage(grpc::ByteBuffer& bytes, google::protobuf::Message& message);

}  // namespace keelson
