#pragma once

#include <string>

#include "absl/time/time.h"
#include "core/common/secret.h"

namespace keelson {

struct SmtpOptions {
  // kStartTls: the connection begins in the clear, and nothing is said on it that TLS should hide before it
  // is up. kNone: all of it stays in the clear; a username needs a server on the loopback then.
  enum class Tls { kStartTls, kImplicit, kNone };

  std::string host;
  int port = 587;
  Tls tls = Tls::kStartTls;
  // The name for EHLO, as CheckHelo wants it; empty: DefaultHelo.
  std::string helo;
  // Empty: no authentication.
  std::string username;
  Secret password;
  // A PEM file of the authorities that vouch for the server; empty: the system's.
  std::string ca;
  // For the answer to the final dot. RFC 5321 (4.5.3.2.6) has ten minutes: whoever gives up sooner sends
  // messages twice that were only taken slowly.
  absl::Duration final_answer = absl::Minutes(10);
};

}  // namespace keelson
