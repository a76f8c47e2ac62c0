#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/net/listener.h"
#include "tests/support/net/stream.h"

namespace keelson::servers {

struct SeenRequest {
  std::string method;
  // Path and query of the URL.
  std::string target;
  // The headers, keyed by lower-case names.
  std::map<std::string, std::string> headers;
  std::string body;
};

struct ScriptedAnswer {
  // kAnswer sends the response. kCutShort closes the connection before the last byte of the response. kReset
  // closes the connection after reading the request. kStall sends nothing until the server stops.
  enum class Act { kAnswer, kCutShort, kReset, kStall };
  int status = 200;
  std::string body = {};
  std::vector<std::string> headers = {};
  Act act = Act::kAnswer;
  // Delay before the response. Other connections are not delayed.
  std::chrono::milliseconds delay{0};
};

// An HTTP/1.1 server on a loopback port that returns scripted responses and records the requests.
// Thread-safe. The destructor stops it.
class ScriptedServer {
 public:
  using Script = std::function<ScriptedAnswer(const SeenRequest&)>;

  // Serves TLS if `tls` is given.
  explicit ScriptedServer(Script script, std::shared_ptr<SSL_CTX> tls = nullptr);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return listener_.port(); }
  std::string url() const {
    return (tls_ == nullptr ? "http" : "https") + ("://127.0.0.1:" + std::to_string(port()));
  }
  void SetScript(Script script);
  // After this call, the server closes every new connection before it reads the request.
  void ResetAtOnce();
  // After this call, the server closes every connection after the request headers, without reading the body.
  void ResetAfterHead();
  // Returns all requests that were received completely.
  std::vector<SeenRequest> requests();
  int connections() { return listener_.connections(); }
  // Number of completed TLS handshakes.
  int handshakes();

 private:
  void Serve(int connection, int stop);
  bool ShakeHands(Stream& stream);
  bool IsSet(const bool& flag);
  ScriptedAnswer Answer(SeenRequest request);

  const std::shared_ptr<SSL_CTX> tls_;
  std::mutex mutex_;
  Script script_;
  bool reset_at_once_ = false;
  bool reset_after_head_ = false;
  std::vector<SeenRequest> requests_;
  int handshakes_ = 0;
  // Declared last, because the listener's threads use the members above.
  Listener listener_;
};

}  // namespace keelson::servers
