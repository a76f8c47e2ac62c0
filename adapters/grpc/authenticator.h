#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "adapters/grpc/rpc_service.h"

namespace keelson {

// Who calls, and whether that caller may. Immutable, so thread-safe; never blocks.
class Authenticator {
 public:
  // INVALID_ARGUMENT, naming the client, where two are told apart by nothing or a digest is none.
  static absl::StatusOr<Authenticator> Create(const GrpcAuthOptions& options);

  // Writes the caller's name to `actor`. UNAUTHENTICATED (CALLER_UNKNOWN), PERMISSION_DENIED
  // (CALLER_NOT_ALLOWED).
  absl::Status Authorize(const grpc::ServerContext& context, std::string_view authorization, Access access,
                         std::string& actor) const;

 private:
  using Client = GrpcAuthOptions::Client;
  explicit Authenticator(GrpcAuthOptions::Mode mode) : mode_(mode) {}

  const Client* ByToken(std::string_view authorization) const;
  const Client* ByCertificate(const grpc::ServerContext& context) const;

  GrpcAuthOptions::Mode mode_;
  // By the token's digest, as 32 bytes, or by the certificate's name.
  absl::flat_hash_map<std::string, Client> clients_;
};

}  // namespace keelson
