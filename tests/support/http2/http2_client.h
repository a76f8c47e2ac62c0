// An HTTP/2 client that sends what a gRPC library would not: any header, any bytes as messages, half of a
// message.
#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keelson::servers {

struct Http2Request {
  // "/package.Service/Method".
  std::string path = {};
  // Beside those that every gRPC call has.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // With gRPC's framing.
  std::string body = {};
  // False: the stream stays open after the body, as if more were to come.
  bool end = true;
};

struct Http2Response {
  // Headers and trailers.
  std::map<std::string, std::string> headers;
  std::string body;
  // Of the request's body.
  std::size_t sent = 0;
  bool closed = false;

  // The header's value; empty where it is absent.
  std::string Get(const std::string& name) const;
  // -1 where the stream ended without one.
  int grpc_status() const;
};

// The message with gRPC's five bytes before it.
std::string Framed(std::string_view message, bool compressed = false);
// gzip with the best compression.
std::string Gzip(std::string_view text);
// zlib, which gRPC calls deflate.
std::string Deflate(std::string_view text);

// One connection to 127.0.0.1, in the clear. For one thread; throws std::runtime_error where it can't
// connect.
class Http2Client {
 public:
  explicit Http2Client(int port);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  // Begins a request; its response lives as long as the client.
  const Http2Response& Send(Http2Request request);
  // Sends and receives until the response is closed, or the connection is; whether that came in time.
  bool AwaitClosed(const Http2Response& response, std::chrono::milliseconds patience = kPatience);
  // Sends and receives until the whole body is sent or nothing has moved for a while.
  void SendAll(const Http2Response& response);
  bool connected() const { return descriptor_ >= 0; }

  static constexpr std::chrono::seconds kPatience{30};

 private:
  struct Stream;
  struct Callbacks;

  void Flush();
  // Whether anything came within that time.
  bool Receive(std::chrono::milliseconds patience);
  void Disconnect();

  int descriptor_;
  nghttp2_session* session_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace keelson::servers
