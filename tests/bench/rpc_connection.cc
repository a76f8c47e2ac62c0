#include "tests/bench/rpc_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace keelson {
namespace {

constexpr std::int32_t kConnectionWindow = 16 << 20;
constexpr std::size_t kReceiveBytes = 64 << 10;
// Number of bytes that Flush collects for one send().
constexpr std::size_t kSendBytes = 64 << 10;

nghttp2_nv Header(std::string_view name, std::string_view value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

RpcCall* CallOf(nghttp2_session* session, std::int32_t stream) {
  return static_cast<RpcCall*>(nghttp2_session_get_stream_user_data(session, stream));
}

absl::Status Failed(const char* what) {
  return absl::UnavailableError(absl::StrCat(what, ": error ", errno));
}

}  // namespace

struct RpcConnection::Callbacks {
  static ssize_t Read(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t length,
                      std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& call = *static_cast<RpcCall*>(source->ptr);
    const std::size_t size = std::min(length, call.request.size() - call.sent);
    std::copy_n(call.request.data() + call.sent, size, buffer);
    call.sent += size;
    if (call.sent == call.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void*) {
    if (std::string_view(reinterpret_cast<const char*>(name), name_size) != "grpc-status") return 0;
    RpcCall* call = CallOf(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    const char* text = reinterpret_cast<const char*>(value);
    std::from_chars(text, text + value_size, call->status);
    return 0;
  }

  static int OnData(nghttp2_session* session, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void*) {
    RpcCall* call = CallOf(session, stream);
    if (call != nullptr) call->response.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnClose(nghttp2_session* session, std::int32_t stream, std::uint32_t, void* connection) {
    RpcCall* call = CallOf(session, stream);
    if (call != nullptr) static_cast<RpcConnection*>(connection)->Finish(*call);
    return 0;
  }

  static nghttp2_session* NewSession(RpcConnection* connection) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session* session = nullptr;
    nghttp2_session_client_new(&session, callbacks, connection);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
    return session;
  }
};

absl::StatusOr<std::unique_ptr<RpcConnection>> RpcConnection::Connect(int port, std::string path,
                                                                      OnResponse on_response) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
    absl::Status failed = Failed("connect");
    close(fd);
    return failed;
  }
  return std::unique_ptr<RpcConnection>(new RpcConnection(fd, std::move(path), std::move(on_response)));
}

RpcConnection::RpcConnection(int fd, std::string path, OnResponse on_response)
    : fd_(fd),
      path_(std::move(path)),
      on_response_(std::move(on_response)),
      session_(Callbacks::NewSession(this)) {}

RpcConnection::~RpcConnection() {
  nghttp2_session_del(session_);
  close(fd_);
}

absl::Status RpcConnection::Submit(std::string_view message) {
  RpcCall& call = IdleCall();
  call.request.clear();
  AppendFramed(message, call.request);
  return Start(call);
}

absl::Status RpcConnection::SubmitFramed(std::string framed) {
  RpcCall& call = IdleCall();
  call.request = std::move(framed);
  return Start(call);
}

RpcCall& RpcConnection::IdleCall() {
  if (idle_.empty()) {
    calls_.push_back(std::make_unique<RpcCall>());
    idle_.push_back(calls_.back().get());
  }
  return *idle_.back();
}

absl::Status RpcConnection::Start(RpcCall& call) {
  call.sent = 0;
  call.response.clear();
  call.status = -1;
  const std::array headers = {Header(":method", "POST"), Header(":scheme", "http"),
                              Header(":path", path_),    Header(":authority", "127.0.0.1"),
                              Header("te", "trailers"),  Header("content-type", "application/grpc")};
  nghttp2_data_provider body{{.ptr = &call}, Callbacks::Read};
  call.begin = absl::Now();
  if (nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &body, &call) < 0) {
    return absl::InternalError("can't submit a request");
  }
  idle_.pop_back();
  ++in_flight_;
  return absl::OkStatus();
}

absl::Status RpcConnection::Flush() {
  for (bool more = true; more;) {
    while (unsent_.size() < kSendBytes) {
      const std::uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size < 0) return absl::InternalError(nghttp2_strerror(static_cast<int>(size)));
      if (size == 0) break;
      unsent_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
    more = unsent_.size() >= kSendBytes;
    while (wants_write()) {
      const ssize_t sent = send(fd_, unsent_.data() + unsent_at_, unsent_.size() - unsent_at_, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN ? absl::OkStatus() : Failed("send");
      unsent_at_ += static_cast<std::size_t>(sent);
    }
    unsent_.clear();
    unsent_at_ = 0;
  }
  return absl::OkStatus();
}

absl::Status RpcConnection::Receive() {
  std::array<std::uint8_t, kReceiveBytes> buffer;
  const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
  if (size == 0) return absl::UnavailableError("the server closed the connection");
  if (size < 0) return errno == EAGAIN ? absl::OkStatus() : Failed("recv");
  const ssize_t taken = nghttp2_session_mem_recv(session_, buffer.data(), static_cast<std::size_t>(size));
  return taken == size ? absl::OkStatus() : absl::InternalError("the server does not speak HTTP/2");
}

void RpcConnection::Finish(RpcCall& call) {
  --in_flight_;
  on_response_(call);
  idle_.push_back(&call);
}

void AppendFramed(std::string_view message, std::string& framed) {
  const auto size = static_cast<std::uint32_t>(message.size());
  framed.append({'\0', static_cast<char>(size >> 24), static_cast<char>(size >> 16),
                 static_cast<char>(size >> 8), static_cast<char>(size)});
  framed.append(message);
}

absl::StatusOr<RpcCall> CallOnce(int port, std::string path, std::string_view message, Deadline deadline) {
  std::string framed;
  AppendFramed(message, framed);
  return StreamOnce(port, std::move(path), std::move(framed), deadline);
}

absl::StatusOr<RpcCall> StreamOnce(int port, std::string path, std::string framed, Deadline deadline) {
  std::optional<RpcCall> response;
  auto connection =
      RpcConnection::Connect(port, std::move(path), [&](const RpcCall& call) { response = call; });
  if (!connection.ok()) return connection.status();
  if (absl::Status status = (*connection)->SubmitFramed(std::move(framed)); !status.ok()) return status;
  while (!response) {
    if (absl::Status status = (*connection)->Flush(); !status.ok()) return status;
    if (deadline.expired())
      return absl::DeadlineExceededError("the deadline expired before the server responded");
    pollfd waiting{(*connection)->fd(), POLLIN, 0};
    poll(&waiting, 1, deadline.PollMilliseconds());
    if (absl::Status status = (*connection)->Receive(); !status.ok()) return status;
  }
  return *std::move(response);
}

}  // namespace keelson
