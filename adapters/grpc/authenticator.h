#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "adapters/grpc/rpc_service.h"
#include "core/common/context.h"

namespace keelson {

// Authenticates callers and checks their roles. Immutable and therefore thread-safe; never blocks.
class Authenticator {
 public:
  // INVALID_ARGUMENT, with the client's name, if two clients have the same credentials or a digest is
  // invalid.
  static absl::StatusOr<Authenticator> Create(const GrpcAuthOptions& options);

  // Writes the caller's name and roles to `caller`. UNAUTHENTICATED (CALLER_UNKNOWN) if the credentials are
  // missing or unknown; PERMISSION_DENIED (CALLER_NOT_ALLOWED) if no role of the caller grants `access`.
  absl::Status Authorize(const grpc::ServerContext& context, std::string_view authorization, Access access,
                         CallContext& caller) const;

 private:
  using Client = GrpcAuthOptions::Client;
  explicit Authenticator(GrpcAuthOptions::Mode mode) : mode_(mode) {}

  const Client* ByToken(std::string_view authorization) const;
  const Client* ByCertificate(const grpc::ServerContext& context) const;

  GrpcAuthOptions::Mode mode_;
  // Keyed by the token's digest (32 bytes) or the certificate's name.
  absl::flat_hash_map<std::string, Client> clients_;
};

}  // namespace keelson
