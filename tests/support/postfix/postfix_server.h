#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A Postfix on ports of the loopback that wants TLS, with the given certificate, and the credentials below.
// It delivers to mailboxes of its own and sends nothing on. It ends with this object or with this process.
// Its master must be root.
class PostfixServer {
 public:
  static constexpr char kUser[] = "keelson";
  static constexpr char kPassword[] = "P4ssword-that-nobody-may-see";
  static constexpr int kMaxMessageBytes = 200'000;
  // How long the final dot's answer takes for slow@example.org.
  static constexpr int kSlowSeconds = 5;

  // Why it can't be started here; empty where it can.
  static std::string Missing();

  // Returns when it takes connections; throws where it doesn't.
  PostfixServer(const std::string& certificate_pem, const std::string& key_pem);

  // Mail for ada@, bob@, jürgen@ and slow@example.org and ada@bücher.example is taken. later@ is put off,
  // full@ and refused@ are refused at RCPT and at the final dot; there is nobody else.
  int starttls_port() const { return starttls_port_; }
  int tls_port() const { return tls_port_; }
  std::string certificate_file() const { return folder_.File("certificate.pem"); }
  // What has been delivered to "ada" and so on, once there are so many; throws where they don't come. Lines
  // end with LF.
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
