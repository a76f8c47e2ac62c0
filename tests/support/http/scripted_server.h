#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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
  std::string body;
  std::vector<std::string> headers;
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
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string url() const {
    return (tls_ == nullptr ? "http" : "https") + ("://127.0.0.1:" + std::to_string(port_));
  }
  void SetScript(Script script);
  // From now on, connections are ended as they come, before anything is read.
  void ResetAtOnce();
  // From now on, once a request's head was read: its body is never looked at.
  void ResetAfterHead();
  // Those that were read to their end.
  std::vector<SeenRequest> requests();
  int connections();
  // Connections on which TLS came up: the client took the certificate.
  int handshakes();

 private:
  void Listen();
  void Serve(int connection);
  // False where the client would have no TLS.
  bool ShakeHands(SSL* tls);
  bool ResetsAfterHead();
  ScriptedAnswer Answer(SeenRequest request);

  const std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  int port_ = 0;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  Script script_;
  bool reset_at_once_ = false;
  bool reset_after_head_ = false;
  std::vector<SeenRequest> requests_;
  std::vector<std::thread> served_;
  int connections_ = 0;
  int handshakes_ = 0;
  std::thread thread_;
};

}  // namespace keelson::servers
