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
  // With the query.
  std::string target;
  // Their names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
};

struct ScriptedAnswer {
  enum class Act { kAnswer, kCutShort, kReset, kStall };
  int status = 200;
  std::string body = {};
  std::vector<std::string> headers = {};
  // kCutShort: the connection ends before the answer's last byte. kReset: it ends after the request was read.
  // kStall: nothing is said until the server stops.
  Act act = Act::kAnswer;
  // Before anything of it is said; requests on other connections are not held up.
  std::chrono::milliseconds delay{0};
};

// An HTTP/1.1 server on a port of the loopback that says what a test wants said and keeps what it was asked.
// Thread-safe. Stops when it goes.
class ScriptedServer {
 public:
  using Script = std::function<ScriptedAnswer(const SeenRequest&)>;

  // Over TLS where `tls` is given.
  explicit ScriptedServer(Script script, std::shared_ptr<SSL_CTX> tls = nullptr);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return listener_.port(); }
  std::string url() const {
    return (tls_ == nullptr ? "http" : "https") + ("://127.0.0.1:" + std::to_string(port()));
  }
  void SetScript(Script script);
  // From now on, connections are ended as they come, before anything is read.
  void ResetAtOnce();
  // From now on, once a request's head was read: its body is never looked at.
  void ResetAfterHead();
  // Those that were read to their end.
  std::vector<SeenRequest> requests();
  int connections() { return listener_.connections(); }
  // Connections on which TLS came up: the client took the certificate.
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
  // The last: its threads use what is above.
  Listener listener_;
};

}  // namespace keelson::servers
