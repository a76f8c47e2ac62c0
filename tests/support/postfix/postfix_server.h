#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A Postfix on loopback ports that requires TLS with the given certificate, and the credentials below. It
// delivers to local mailboxes and relays nothing. Postfix ends when this object is destroyed or this process
// ends. Requires root.
class PostfixServer {
 public:
  static constexpr char kUser[] = "keelson";
  static constexpr char kPassword[] = "P4ssword-that-nobody-may-see";
  static constexpr int kMaxMessageBytes = 200'000;
  // Delay of the response to the message body for slow@example.org.
  static constexpr int kSlowSeconds = 5;

  // Returns the reason why Postfix can't run on this machine; empty if it can.
  static std::string Missing();

  // Starts Postfix and blocks until it accepts connections. Throws on failure.
  PostfixServer(const std::string& certificate_pem, const std::string& key_pem);

  // Postfix accepts mail for ada@, bob@, jürgen@ and slow@example.org and ada@bücher.example. It defers
  // later@ and full@ at RCPT, and rejects refused@ after the message body. No other recipients exist.
  int starttls_port() const { return starttls_port_; }
  int tls_port() const { return tls_port_; }
  std::string certificate_file() const { return folder_.File("certificate.pem"); }
  // Waits for `count` messages to a mailbox such as "ada" and returns them. Throws on a timeout. Lines end
  // with LF.
  std::vector<std::string> Delivered(const std::string& mailbox, std::size_t count) const;
  std::string Log() const { return ReadText(folder_.File("postfix.log")); }

 private:
  std::vector<std::string> Look(const std::string& mailbox) const;

  const ServerFolder folder_;
  const int starttls_port_;
  const int tls_port_;
  std::optional<Program> master_;
};

}  // namespace keelson::servers
