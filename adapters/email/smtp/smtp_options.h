#pragma once

#include <string>

#include "absl/time/time.h"
#include "core/common/secret.h"

namespace keelson {

struct SmtpOptions {
  // kStartTls: the connection starts unencrypted and switches to TLS before authentication and messages.
  // kImplicit: TLS from the first byte. kNone: unencrypted; a username is then allowed only for a server on
  // the loopback interface.
  enum class Tls { kStartTls, kImplicit, kNone };

  std::string host;
  int port = 587;
  Tls tls = Tls::kStartTls;
  // The name for EHLO, which CheckHelo must accept; empty: the result of DefaultHelo.
  std::string helo;
  // User name for authentication; empty: no authentication.
  std::string username;
  Secret password;
  // PEM file with the CA certificates for the server; empty: the system's.
  std::string ca;
  // Timeout of the reply to the final dot. RFC 5321 (4.5.3.2.6) requires ten minutes: a client with a shorter
  // timeout sends a message twice if the server accepts the message slowly.
  absl::Duration final_dot_timeout = absl::Minutes(10);
};

}  // namespace keelson
