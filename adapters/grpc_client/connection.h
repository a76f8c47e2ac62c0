#pragma once

#include <string>

#include "absl/time/time.h"

namespace keelson {

// How a client connects to a server and identifies itself.
struct ConnectionOptions {
  // "host:port".
  std::string address = {};
  // PEM file of the CA certificates that the client trusts; empty: the system's. The connection uses TLS if
  // this option or one of the next three is set.
  std::string tls_ca = {};
  // The name that the server's certificate must have; empty: the host of the address.
  std::string tls_server_name = {};
  // PEM files of the client's certificate chain and its key, for mutual TLS; both or neither.
  std::string tls_cert = {};
  std::string tls_key = {};
  // A file with the bearer token of each call; empty: no token.
  std::string token_file = {};
  // Timeout of a call.
  absl::Duration timeout = absl::Seconds(10);

  bool UsesTls() const {
    return !tls_ca.empty() || !tls_server_name.empty() || !tls_cert.empty() || !tls_key.empty();
  }
};

}  // namespace keelson
