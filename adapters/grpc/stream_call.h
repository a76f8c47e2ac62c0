#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "adapters/grpc/call.h"
#include "google/protobuf/message.h"

namespace keelson {

// A slot for one client stream. Received messages are collected into batches, and a worker thread handles one
// batch at a time. While it runs, the next batch is collected, so that a stream holds at most two batches in
// memory, and occupies no thread while it waits for messages.
//
// The default deadline limits the wait for each message and the handling of each batch, but not the stream.
// Run and Finish run on a worker thread; all other methods run on the queue's thread.
class StreamCall final : public Call {
 public:
  using Call::Call;
  ~StreamCall() override;

  // Handles the running batch. `arena` owns the requests.
  void Run(google::protobuf::Arena& arena) override;
  void Finish() override;
  void Expire(absl::Status status) override { End(std::move(status)); }
  // Continues after Finish, on the queue's thread.
  void BatchDone();

 private:
  struct Batch {
    bool full() const;

    std::deque<grpc::ByteBuffer> messages;
    std::size_t bytes = 0;
  };

  void Begin() override;
  void Received(bool ok) override;
  // Starts whatever the state of the stream allows: the next batch, the next read, or the response.
  void Advance();
  void StartBatch();
  // Ends the stream with `status`. Messages that no batch has handled are dropped.
  void End(absl::Status status);

  bool admitted_ = false;
  bool reading_ = false;
  bool running_ = false;
  // Whether the client has sent its last message.
  bool complete_ = false;
  Batch next_;
  // The batch that a worker thread handles, and its result.
  Batch batch_;
  absl::Status batch_status_;
  std::unique_ptr<google::protobuf::Message> results_;
};

}  // namespace keelson
