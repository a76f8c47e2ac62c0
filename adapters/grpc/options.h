#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace keelson {

// Permissions of a caller: kReader can read, kWriter can read and write, kApprover can approve and reject
// refunds, and kAdmin can call every method.
enum class Role { kReader, kWriter, kApprover, kAdmin };
// Parses "reader", "writer", "approver" or "admin"; returns nullopt for any other name.
std::optional<Role> ParseRole(std::string_view name);

struct GrpcTlsOptions {
  // Path of the PEM file with the server's certificate chain; empty: no TLS.
  std::string cert;
  std::string key;
  // Path of the PEM file with a CA; if set, clients must present a certificate that this CA issued.
  std::string client_ca;

  bool enabled() const { return !cert.empty() || !key.empty() || !client_ca.empty(); }
};

struct GrpcAuthOptions {
  enum class Mode { kNone, kToken, kMtls };
  struct Client {
    std::string name;
    // SHA-256 of the bearer token in hexadecimal, for mode kToken.
    std::string token_sha256;
    // The common name or a subject alternative name, for mode kMtls.
    std::string certificate_name;
    std::set<Role> roles;
  };
  // With kNone, every caller is "anonymous" and has every role.
  Mode mode = Mode::kNone;
  std::vector<Client> clients;
};

struct GrpcServerOptions {
  // "host:port"; port 0 selects a free port.
  std::string listen = "127.0.0.1:50051";
  // Address of a second listener that serves only health checks, without TLS, for probes; empty: none.
  std::string health_listen = {};
  bool reflection = true;
  // Maximum duration of a call; an earlier deadline of the client takes precedence.
  absl::Duration default_deadline = absl::Seconds(10);
  std::size_t max_receive_bytes = std::size_t{1} << 20;
  // For calls that block (commits, hashes, remote databases): the maximum number of threads, which start on
  // demand, and the maximum number of calls that queue for a thread.
  int workers = 128;
  int queue = 1024;
  // Completion queues, with one thread each. 0: one for each core, up to 16.
  int completion_queues = 0;
  GrpcTlsOptions tls;
  GrpcAuthOptions auth;
};

}  // namespace keelson
