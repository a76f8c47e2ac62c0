#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/net/listener.h"
#include "tests/support/net/stream.h"

namespace keelson::servers {

struct SmtpAnswer {
  // kReply sends the reply. kReplyAndClose sends it and closes the connection. kReset closes the connection
  // with RST. kStall sends nothing more until the server stops.
  enum class Act { kReply, kReplyAndClose, kReset, kStall };
  // The reply without the final CRLF; empty: no reply.
  std::string text;
  Act act = Act::kReply;
};

// An SMTP server on a loopback port that sends scripted replies and records the commands. Thread-safe. The
// destructor stops it.
class ScriptedSmtpServer {
 public:
  // Returns the reply to `line`: a command, kGreeting (a new connection), kBody (the first bytes of a message
  // have arrived; an empty reply lets the client continue), or "." (the end of a message).
  using Script = std::function<SmtpAnswer(const std::string& line)>;
  static constexpr char kGreeting[] = "(greeting)";
  static constexpr char kBody[] = "(body)";

  enum class Tls { kNone, kStartTls, kImplicit };
  struct Heard {
    std::string line;
    bool secured = false;
  };

  explicit ScriptedSmtpServer(Script script, Tls tls = Tls::kNone,
                              std::shared_ptr<SSL_CTX> context = nullptr);
  ScriptedSmtpServer(const ScriptedSmtpServer&) = delete;
  ScriptedSmtpServer& operator=(const ScriptedSmtpServer&) = delete;

  int port() const { return listener_.port(); }
  int connections() { return listener_.connections(); }
  // The commands of all connections in order of arrival.
  std::vector<Heard> heard();
  // Whether any received line begins with `beginning`.
  bool HeardAny(std::string_view beginning);
  // The raw data between DATA and the final dot.
  std::vector<std::string> messages();

 private:
  void Serve(int connection, int stop);
  // Returns false if the connection has ended.
  bool Converse(Stream& stream, int stop, std::string& input);
  bool TakeMessage(const Stream& stream, int stop, std::string& input);
  bool Say(const Stream& stream, int stop, const SmtpAnswer& answer);

  const Script script_;
  const Tls tls_;
  const std::shared_ptr<SSL_CTX> context_;
  std::mutex mutex_;
  std::vector<Heard> heard_;
  std::vector<std::string> messages_;
  // Declared last, because the listener's threads use the members above.
  Listener listener_;
};

// Returns the reply of a server that accepts every command, offers `extensions`, and replies to AUTH with a
// challenge before it accepts the credentials.
SmtpAnswer FriendlyAnswer(const std::string& line, const std::vector<std::string>& extensions = {"SIZE"});

}  // namespace keelson::servers
