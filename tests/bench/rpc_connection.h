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

// A unary call under way, or just answered.
struct RpcCall {
  // The message behind its five bytes of gRPC framing, and how much of it is sent.
  std::string request;
  std::size_t sent = 0;
  // Framed likewise.
  std::string response;
  // The grpc-status trailer, or -1 where the stream ended without one.
  int status = -1;
  absl::Time begin;

  std::string_view message() const { return std::string_view(response).substr(response.empty() ? 0 : 5); }
};

// One plain HTTP/2 connection to a gRPC server on this machine, without gRPC: a few microseconds of CPU a
// call, so that the server and not its client is what a load of calls measures. For one thread.
class RpcConnection {
 public:
  // Is told of each answer; may Submit.
  using OnAnswer = std::function<void(const RpcCall&)>;

  // `path` is "/package.Service/Method".
  static absl::StatusOr<std::unique_ptr<RpcConnection>> Connect(int port, std::string path,
                                                                OnAnswer on_answer);
  ~RpcConnection();
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;

  // Queues a call with this message; Flush sends it.
  absl::Status Submit(std::string_view message);
  absl::Status Flush();
  // Takes in what has arrived. UNAVAILABLE where the server has closed the connection.
  absl::Status Receive();

  int fd() const { return fd_; }
  // Flush could not send everything.
  bool wants_write() const { return unsent_at_ < unsent_.size(); }
  int in_flight() const { return in_flight_; }

 private:
  struct Callbacks;

  RpcConnection(int fd, std::string path, OnAnswer on_answer);
  void Finish(RpcCall& call);

  const int fd_;
  const std::string path_;
  const OnAnswer on_answer_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<RpcCall>> calls_;
  std::vector<RpcCall*> idle_;
  std::string unsent_;
  std::size_t unsent_at_ = 0;
  int in_flight_ = 0;
};

// One call on a connection of its own.
absl::StatusOr<RpcCall> CallOnce(int port, std::string path, std::string_view message, Deadline deadline);

}  // namespace keelson
