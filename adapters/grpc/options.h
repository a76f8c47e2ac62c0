#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace keelson {

// What a caller may do. A reader reads; a writer reads and writes; an approver decides refunds; an
// administrator does everything.
enum class Role { kReader, kWriter, kApprover, kAdmin };
// "reader", "writer", "approver" or "admin".
std::optional<Role> ParseRole(std::string_view name);

struct GrpcTlsOptions {
  // PEM files. Empty: no TLS.
  std::string cert;
  std::string key;
  // Set: clients must present a certificate of this authority.
  std::string client_ca;

  bool enabled() const { return !cert.empty() || !key.empty() || !client_ca.empty(); }
};

struct GrpcAuthOptions {
  enum class Mode { kNone, kToken, kMtls };
  struct Client {
    std::string name;
    // In hexadecimal, for mode kToken.
    std::string token_sha256;
    // The common name or a subject alternative name, for mode kMtls.
    std::string certificate_name;
    std::set<Role> roles;
  };
  // With kNone every caller is "anonymous" and has every role.
  Mode mode = Mode::kNone;
  std::vector<Client> clients;
};

struct GrpcServerOptions {
  // "host:port"; port 0 takes a free one.
  std::string listen = "127.0.0.1:50051";
  // Where health alone is served in the clear, for probes; empty: nowhere.
  std::string health_listen = {};
  bool reflection = true;
  // The most that a call may take; a client's own deadline counts where it is earlier.
  absl::Duration default_deadline = absl::Seconds(10);
  std::size_t max_receive_bytes = std::size_t{1} << 20;
  // For calls that wait (commits, hashes, remote databases): threads at most, started as they are needed,
  // and calls that may wait for one of them.
  int workers = 128;
  int queue = 1024;
  // Completion queues, with one thread each. 0: one for each core, up to 16.
  int completion_queues = 0;
  GrpcTlsOptions tls;
  GrpcAuthOptions auth;
};

}  // namespace keelson
