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
  enum class Act { kSay, kEnd, kReset, kStall };
  // Without the last CRLF; empty: nothing is said.
  std::string text;
  // kEnd: the connection ends once the text is said. kReset: likewise, with RST. kStall: nothing more is
  // said until the server stops.
  Act act = Act::kSay;
};

// An SMTP server on a port of the loopback that says what a test wants said and keeps what it heard.
// Thread-safe. Stops when it goes.
class ScriptedSmtpServer {
 public:
  // What is said to a line. Beside commands there are: kGreeting, kBody once a message's first bytes are
  // there (saying nothing goes on with it), and "." for its end.
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
  // Commands of all connections, in the order they came in.
  std::vector<Heard> heard();
  // Whether a line came in that begins so.
  bool HeardAny(std::string_view beginning);
  // What came between DATA and the final dot, as it came.
  std::vector<std::string> messages();

 private:
  void Serve(int connection, int stop);
  // False where the connection is over.
  bool Converse(Stream& stream, int stop, std::string& input);
  bool TakeMessage(const Stream& stream, int stop, std::string& input);
  bool Say(const Stream& stream, int stop, const SmtpAnswer& answer);

  const Script script_;
  const Tls tls_;
  const std::shared_ptr<SSL_CTX> context_;
  std::mutex mutex_;
  std::vector<Heard> heard_;
  std::vector<std::string> messages_;
  // The last: its threads use what is above.
  Listener listener_;
};

// What a server says that takes everything, offers `extensions` and, where a line begins with "AUTH", asks
// for what follows and takes it.
SmtpAnswer FriendlyAnswer(const std::string& line, const std::vector<std::string>& extensions = {"SIZE"});

}  // namespace keelson::servers
