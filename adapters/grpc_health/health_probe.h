#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

struct HealthProbeOptions {
  // "host:port".
  std::string address;
  // Full name of the service to check; empty: the server as a whole.
  std::string service;
  // TLS is used if any of these options is set. PEM file with the CA certificates for the server; empty: the
  // system's.
  std::string tls_ca;
  // The name that the server's certificate must contain; empty: the host of the address.
  std::string tls_server_name;
  // PEM files with the client's certificate chain and key, for a server that requires a client certificate.
  // Both or neither.
  std::string tls_cert;
  std::string tls_key;
  absl::Duration timeout = absl::Seconds(5);
};

// Checks a server's health with the gRPC health checking protocol. OK if the status is SERVING; UNAVAILABLE
// for any other status and if the server does not respond; INVALID_ARGUMENT, with the option's name, if a
// file can't be read or one of two files is missing. Blocks for the timeout at most.
absl::Status ProbeHealth(const HealthProbeOptions& options);

}  // namespace keelson
