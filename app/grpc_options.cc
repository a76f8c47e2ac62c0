#include "app/grpc_options.h"

#include <optional>
#include <string>

namespace keelson {
namespace {

GrpcAuthOptions::Mode ModeOf(const std::string& name) {
  if (name == "token") return GrpcAuthOptions::Mode::kToken;
  return name == "mtls" ? GrpcAuthOptions::Mode::kMtls : GrpcAuthOptions::Mode::kNone;
}

GrpcAuthOptions::Client ClientOf(const AuthClient& configured) {
  GrpcAuthOptions::Client client{.name = configured.name,
                                 .token_sha256 = configured.token_sha256,
                                 .certificate_name = configured.certificate_name,
                                 .roles = {}};
  for (const std::string& name : configured.roles) {
    if (const std::optional<Role> role = ParseRole(name)) client.roles.insert(*role);
  }
  return client;
}

}  // namespace

GrpcAuthOptions GrpcAuthOf(const AuthConfig& auth) {
  GrpcAuthOptions options;
  options.mode = ModeOf(auth.mode);
  for (const AuthClient& client : auth.clients) options.clients.push_back(ClientOf(client));
  return options;
}

GrpcServerOptions GrpcOptionsOf(const Config& config) {
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
  options.auth = GrpcAuthOf(config.auth);
  return options;
}

}  // namespace keelson
