#include "tests/support/http2/http2_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace keelson::servers {
namespace {

constexpr std::chrono::milliseconds kStalled{500};
constexpr int kGzipWindow = MAX_WBITS + 16;

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return descriptor;
  }
  close(descriptor);
  throw std::runtime_error("can't connect to the server");
}

nghttp2_nv Header(std::string_view name, std::string_view value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

std::string Compress(std::string_view text, int window) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string Http2Response::Get(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

int Http2Response::grpc_status() const {
  const std::string status = Get("grpc-status");
  return status.empty() ? -1 : std::stoi(status);
}

std::string Framed(std::string_view message, bool compressed) {
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string framed = {compressed ? '\1' : '\0', static_cast<char>(size >> 24),
                        static_cast<char>(size >> 16), static_cast<char>(size >> 8), static_cast<char>(size)};
  return framed.append(message);
}

std::string Gzip(std::string_view text) {
  return Compress(text, kGzipWindow);
}

std::string Deflate(std::string_view text) {
  return Compress(text, MAX_WBITS);
}

struct Http2Client::Stream {
  Http2Request request;
  Http2Response response;
};

struct Http2Client::Callbacks {
  static ssize_t Read(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t length,
                      std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& stream = *static_cast<Stream*>(source->ptr);
    std::size_t& sent = stream.response.sent;
    const std::size_t size = std::min(length, stream.request.body.size() - sent);
    if (size == 0 && !stream.request.end) return NGHTTP2_ERR_DEFERRED;
    std::copy_n(stream.request.body.data() + sent, size, buffer);
    sent += size;
    if (stream.request.end && sent == stream.request.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void*) {
    if (Stream* stream = StreamOf(session, frame->hd.stream_id)) {
      stream->response.headers[{reinterpret_cast<const char*>(name), name_size}] = {
          reinterpret_cast<const char*>(value), value_size};
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                    std::size_t size, void*) {
    if (Stream* stream = StreamOf(session, id)) {
      stream->response.body.append(reinterpret_cast<const char*>(data), size);
    }
    return 0;
  }

  static int OnClose(nghttp2_session* session, std::int32_t id, std::uint32_t, void*) {
    if (Stream* stream = StreamOf(session, id)) stream->response.closed = true;
    return 0;
  }

  static Stream* StreamOf(nghttp2_session* session, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static nghttp2_session* NewSession() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session* session = nullptr;
    nghttp2_session_client_new(&session, callbacks, nullptr);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    return session;
  }
};

Http2Client::Http2Client(int port) : descriptor_(Connect(port)), session_(Callbacks::NewSession()) {}

Http2Client::~Http2Client() {
  Disconnect();
  nghttp2_session_del(session_);
}

void Http2Client::Disconnect() {
  if (connected()) close(std::exchange(descriptor_, -1));
}

const Http2Response& Http2Client::Send(Http2Request request) {
  Stream& stream = *streams_.emplace_back(std::make_unique<Stream>());
  stream.request = std::move(request);
  std::vector<nghttp2_nv> headers = {Header(":method", "POST"),
                                     Header(":scheme", "http"),
                                     Header(":path", stream.request.path),
                                     Header(":authority", "127.0.0.1"),
                                     Header("te", "trailers"),
                                     Header("content-type", "application/grpc")};
  for (const auto& [name, value] : stream.request.headers) headers.push_back(Header(name, value));
  nghttp2_data_provider body{{.ptr = &stream}, Callbacks::Read};
  nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &body, &stream);
  Flush();
  return stream.response;
}

void Http2Client::Flush() {
  const std::uint8_t* data = nullptr;
  for (ssize_t size = 0; connected() && (size = nghttp2_session_mem_send(session_, &data)) > 0;) {
    for (ssize_t sent = 0; size > 0; data += sent, size -= sent) {
      sent = send(descriptor_, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      if (sent <= 0) return Disconnect();
    }
  }
}

bool Http2Client::Receive(std::chrono::milliseconds patience) {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (!connected() || poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<std::uint8_t, 65536> buffer;
  const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (size <= 0 || nghttp2_session_mem_recv(session_, buffer.data(), static_cast<std::size_t>(size)) < 0) {
    Disconnect();
  }
  return true;
}

bool Http2Client::AwaitClosed(const Http2Response& response, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!response.closed && connected() && std::chrono::steady_clock::now() < deadline) {
    Flush();
    Receive(std::chrono::milliseconds(50));
  }
  return response.closed || !connected();
}

void Http2Client::SendAll(const Http2Response& response) {
  const auto size = [&] {
    for (const auto& stream : streams_) {
      if (&stream->response == &response) return stream->request.body.size();
    }
    return std::size_t{0};
  }();
  do {
    Flush();
  } while (response.sent < size && !response.closed && Receive(kStalled));
}

}  // namespace keelson::servers
