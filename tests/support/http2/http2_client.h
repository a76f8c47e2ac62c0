// An HTTP/2 client that can send what a gRPC library does not send: arbitrary headers, arbitrary bytes as
// messages, incomplete messages.
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
  // The HTTP/2 path: "/package.Service/Method".
  std::string path = {};
  // Headers in addition to the headers that every gRPC call has.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // The request body, including the gRPC frame header.
  std::string body = {};
  // Whether the client ends its side of the stream after the body.
  bool end = true;
};

struct Http2Response {
  // Headers and trailers of the response.
  std::map<std::string, std::string> headers;
  std::string body;
  // Number of bytes of the request body that were sent.
  std::size_t sent = 0;
  bool closed = false;

  // Returns the value of the header; empty if absent.
  std::string Get(const std::string& name) const;
  // Returns the grpc-status; -1 if the stream ended without one.
  int grpc_status() const;
};

// Returns the message with its 5-byte gRPC frame header.
std::string Framed(std::string_view message, bool compressed = false);
// Compresses with gzip at the highest level.
std::string Gzip(std::string_view text);
// Compresses with zlib ("deflate" in gRPC).
std::string Deflate(std::string_view text);

// A plaintext connection to 127.0.0.1. Not thread-safe. Throws std::runtime_error if it cannot connect.
class Http2Client {
 public:
  explicit Http2Client(int port);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  // Starts a request. The functions below receive the response, which is valid for the lifetime of the
  // client.
  const Http2Response& Send(Http2Request request);
  // Sends and receives until the stream or the connection is closed. Returns false on a timeout.
  bool AwaitClosed(const Http2Response& response, std::chrono::milliseconds patience = kPatience);
  // Sends and receives until the request body is sent, or until no data is sent or received for kPatience.
  void SendAll(const Http2Response& response);
  bool connected() const { return descriptor_ >= 0; }

  static constexpr std::chrono::seconds kPatience{30};

 private:
  struct Stream;
  struct Callbacks;

  void Flush();
  // Returns whether data arrived within the timeout.
  bool Receive(std::chrono::milliseconds patience);
  void Disconnect();

  int descriptor_;
  nghttp2_session* session_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace keelson::servers
