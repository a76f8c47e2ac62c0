#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/deadline.h"

struct nghttp2_session;

namespace keelson {

// A unary or client-streaming call, in flight or just completed.
struct RpcCall {
  // Each request message after its 5-byte gRPC frame header, and how many of these bytes are sent.
  std::string request;
  std::size_t sent = 0;
  // The response message after its 5-byte gRPC frame header.
  std::string response;
  // The grpc-status trailer; -1 if the stream ended without one.
  int status = -1;
  absl::Time begin;

  std::string_view message() const { return std::string_view(response).substr(response.empty() ? 0 : 5); }
};

// A plaintext HTTP/2 connection to a local gRPC server, without the gRPC library. It costs a few microseconds
// of CPU per call, so that the load measures the server and not the client. Not thread-safe.
class RpcConnection {
 public:
  // Called when a call has completed; may call Submit.
  using OnResponse = std::function<void(const RpcCall&)>;

  // Connects to the loopback port `port`. All calls are of the method `path`, "/package.Service/Method".
  static absl::StatusOr<std::unique_ptr<RpcConnection>> Connect(int port, std::string path,
                                                                OnResponse on_response);
  ~RpcConnection();
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;

  // Queues a call with the serialized request `message`; Flush sends it.
  absl::Status Submit(std::string_view message);
  // Like Submit, with any number of messages (AppendFramed).
  absl::Status SubmitFramed(std::string framed);
  // Sends queued data until the socket's buffer is full. Does not block.
  absl::Status Flush();
  // Processes the data that the socket has received. UNAVAILABLE if the server has closed the connection.
  absl::Status Receive();

  int fd() const { return fd_; }
  // Returns true if Flush could not send all queued data, so that it must be called again.
  bool wants_write() const { return unsent_at_ < unsent_.size(); }
  int in_flight() const { return in_flight_; }

 private:
  struct Callbacks;

  RpcConnection(int fd, std::string path, OnResponse on_response);
  // Returns the last call of idle_, which Start removes.
  RpcCall& IdleCall();
  absl::Status Start(RpcCall& call);
  void Finish(RpcCall& call);

  const int fd_;
  const std::string path_;
  const OnResponse on_response_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<RpcCall>> calls_;
  std::vector<RpcCall*> idle_;
  std::string unsent_;
  std::size_t unsent_at_ = 0;
  int in_flight_ = 0;
};

// Appends a message after its 5-byte gRPC frame header.
void AppendFramed(std::string_view message, std::string& framed);

// Makes one call on a new connection and waits for the response.
absl::StatusOr<RpcCall> CallOnce(int port, std::string path, std::string_view message, Deadline deadline);
// Like CallOnce, with any number of messages (AppendFramed).
absl::StatusOr<RpcCall> StreamOnce(int port, std::string path, std::string framed, Deadline deadline);

}  // namespace keelson
