#include "app/grpc_options.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::StatusOr<GrpcAuthOptions::Mode> ParseMode(std::string_view name) {
  if (name == "token") return GrpcAuthOptions::Mode::kToken;
  if (name == "mtls") return GrpcAuthOptions::Mode::kMtls;
  if (name == "none") return GrpcAuthOptions::Mode::kNone;
  return absl::InvalidArgumentError(
      StrCat("auth.mode must be one of: none, token, mtls; it is \"", name, "\""));
}

absl::StatusOr<GrpcAuthOptions::Client> ClientOf(const AuthClient& configured) {
  GrpcAuthOptions::Client client{.name = configured.name,
                                 .token_sha256 = configured.token_sha256,
                                 .certificate_name = configured.certificate_name,
                                 .roles = {}};
  for (const std::string& name : configured.roles) {
    const std::optional<Role> role = ParseRole(name);
    if (!role)
      return absl::InvalidArgumentError(StrCat("auth.clients has the unknown role ", name,
                                               "; use one of: reader, writer, approver, admin"));
    client.roles.insert(*role);
  }
  return client;
}

}  // namespace

absl::StatusOr<GrpcAuthOptions> GrpcAuthOf(const AuthConfig& auth) {
  GrpcAuthOptions options;
  ASSIGN_OR_RETURN(options.mode, ParseMode(auth.mode));
  for (const AuthClient& configured : auth.clients) {
    ASSIGN_OR_RETURN(GrpcAuthOptions::Client client, ClientOf(configured));
    options.clients.push_back(std::move(client));
  }
  return options;
}

absl::StatusOr<GrpcServerOptions> GrpcOptionsOf(const Config& config) {
  const ServerConfig& server = config.server;
  GrpcServerOptions options;
  options.listen = server.listen;
  options.health_listen = server.health_listen;
  options.reflection = server.reflection;
  options.default_deadline = server.default_deadline;
  options.max_receive_bytes = static_cast<std::size_t>(server.max_receive.bytes);
  options.workers = server.workers;
  options.queue = server.queue;
  options.tls.cert = server.tls.cert;
  options.tls.key = server.tls.key;
  options.tls.client_ca = server.tls.client_ca;
  ASSIGN_OR_RETURN(options.auth, GrpcAuthOf(config.auth));
  return options;
}

}  // namespace keelson
