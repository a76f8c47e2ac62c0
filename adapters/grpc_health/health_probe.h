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
  // PEM file of the authority that the server's certificate is checked by; empty: no TLS.
  std::string tls_ca;
  absl::Duration timeout = absl::Seconds(5);
};

// Asks a server by the gRPC health checking protocol. OK where it is SERVING; UNAVAILABLE where it says
// something else or does not answer; INVALID_ARGUMENT where the authority's file can't be read. Blocks for
// the timeout at most.
absl::Status ProbeHealth(const HealthProbeOptions& options);

}  // namespace keelson
