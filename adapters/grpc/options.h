#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace keelson {

// The permissions of a caller: kReader may read, kWriter may read and write, kApprover may decide refunds,
// and kAdmin may call every method.
enum class Role { kReader, kWriter, kApprover, kAdmin };
// "reader", "writer", "approver" or "admin"; nullopt for any other name.
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
  // With kNone, every caller is "anonymous" and has every role.
  Mode mode = Mode::kNone;
  std::vector<Client> clients;
};

struct GrpcServerOptions {
  // "host:port"; port 0 takes a free one.
  std::string listen = "127.0.0.1:50051";
  // A second address that serves only health, without TLS, for probes; empty: none.
  std::string health_listen = {};
  bool reflection = true;
  // Maximum duration of a call; an earlier deadline of the client takes precedence.
  absl::Duration default_deadline = absl::Seconds(10);
  std::size_t max_receive_bytes = std::size_t{1} << 20;
  // For calls that block (commits, hashes, remote databases): the maximum number of threads, started on
  // demand, and of calls that may queue for a thread.
  int workers = 128;
  int queue = 1024;
  // Completion queues, with one thread each. 0: one for each core, up to 16.
  int completion_queues = 0;
  GrpcTlsOptions tls;
  GrpcAuthOptions auth;
};

}  // namespace keelson
