#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

struct HealthProbeOptions {
  // "host:port".
  std::string address;
  // By its full name; empty: the server as a whole.
  std::string service;
  // TLS is used where any of these is set. PEM file of the authorities that vouch for the server; empty: the
  // system's.
  std::string tls_ca;
  // The name that the server's certificate must have; empty: that of the address.
  std::string tls_server_name;
  // PEM files of the client's certificate chain and its key, for a server that wants one; both or neither.
  std::string tls_cert;
  std::string tls_key;
  absl::Duration timeout = absl::Seconds(5);
};

// Asks a server by the gRPC health checking protocol. OK where it is SERVING; UNAVAILABLE where it says
// something else or does not answer; INVALID_ARGUMENT, naming the option, where a file can't be read or one
// of two files is missing. Blocks for the timeout at most.
absl::Status ProbeHealth(const HealthProbeOptions& options);

}  // namespace keelson
