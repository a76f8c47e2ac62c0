#include "adapters/grpc/authenticator.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "core/common/error.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Mode = GrpcAuthOptions::Mode;

bool IsHexDigest(std::string_view text) {
  return text.size() == 2 * Sha256Digest().size() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool Allows(const std::set<Role>& roles, Access access) {
  if (roles.contains(Role::kAdmin)) return true;
  switch (access) {
    case Access::kRead:
      return roles.contains(Role::kReader) || roles.contains(Role::kWriter);
    case Access::kWrite:
      return roles.contains(Role::kWriter);
    case Access::kApprove:
      return roles.contains(Role::kApprover);
    case Access::kAdminister:
      return false;
  }
  return false;
}

// Returns the name of the role that grants this access, for the error message.
std::string_view RoleFor(Access access) {
  constexpr std::array<std::string_view, 4> kNames = {"reader", "writer", "approver", "admin"};
  return kNames[static_cast<std::size_t>(access)];
}

}  // namespace

std::optional<Role> ParseRole(std::string_view name) {
  if (name == "reader") return Role::kReader;
  if (name == "writer") return Role::kWriter;
  if (name == "approver") return Role::kApprover;
  if (name == "admin") return Role::kAdmin;
  return std::nullopt;
}

absl::StatusOr<Authenticator> Authenticator::Create(const GrpcAuthOptions& options) {
  Authenticator authenticator(options.mode);
  if (options.mode == Mode::kNone) return authenticator;
  for (const Client& client : options.clients) {
    const bool by_token = options.mode == Mode::kToken;
    if (by_token && !IsHexDigest(client.token_sha256)) {
      return absl::InvalidArgumentError(
          StrCat("the client \"", client.name, "\" needs a token_sha256 of 64 hexadecimal digits"));
    }
    std::string key = by_token ? absl::HexStringToBytes(client.token_sha256) : client.certificate_name;
    if (key.empty()) {
      return absl::InvalidArgumentError(StrCat("the client \"", client.name, "\" needs a certificate_name"));
    }
    if (!authenticator.clients_.emplace(std::move(key), client).second) {
      return absl::InvalidArgumentError(
          StrCat("the client \"", client.name, "\" has the same credentials as another client"));
    }
  }
  return authenticator;
}

absl::Status Authenticator::Authorize(const grpc::ServerContext& context, std::string_view authorization,
                                      Access access, CallContext& caller) const {
  caller.is_approver = mode_ == Mode::kNone;
  if (mode_ == Mode::kNone) {
    caller.actor = kAnonymous;
    return absl::OkStatus();
  }
  const Client* client = mode_ == Mode::kToken ? ByToken(authorization) : ByCertificate(context);
  if (client == nullptr) {
    caller.actor = "unknown";
    return MakeError(Reason::kCallerUnknown, mode_ == Mode::kToken
                                                 ? "the call requires the bearer token of a known client"
                                                 : "the call requires the certificate of a known client");
  }
  caller.actor = client->name;
  caller.is_approver = Allows(client->roles, Access::kApprove);
  if (Allows(client->roles, access)) return absl::OkStatus();
  return MakeError(Reason::kCallerNotAllowed, StrCat("the call requires the role ", RoleFor(access)),
                   {{"caller", client->name}, {"role", std::string(RoleFor(access))}});
}

const Authenticator::Client* Authenticator::ByToken(std::string_view authorization) const {
  constexpr std::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(ToAbsl(authorization), ToAbsl(kScheme))) return nullptr;
  // The lookup need not take constant time: its duration depends on digests, which reveal nothing about other
  // tokens.
  const Sha256Digest digest = Sha256(authorization.substr(kScheme.size()));
  const auto found =
      clients_.find(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  return found == clients_.end() ? nullptr : &found->second;
}

const Authenticator::Client* Authenticator::ByCertificate(const grpc::ServerContext& context) const {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return nullptr;
  for (const char* property : {GRPC_X509_SAN_PROPERTY_NAME, GRPC_X509_CN_PROPERTY_NAME}) {
    for (const grpc::string_ref& name : peer->FindPropertyValues(property)) {
      const auto found = clients_.find(absl::string_view(name.data(), name.size()));
      if (found != clients_.end()) return &found->second;
    }
  }
  return nullptr;
}

}  // namespace keelson
