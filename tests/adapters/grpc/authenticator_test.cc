#include "adapters/grpc/authenticator.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "core/common/error.h"
#include "core/common/sha256.h"

namespace keelson {
namespace {

std::string Digest(std::string_view token) {
  const Sha256Digest digest = Sha256(token);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

GrpcAuthOptions OneClient(std::set<Role> roles) {
  GrpcAuthOptions options;
  options.mode = GrpcAuthOptions::Mode::kToken;
  options.clients.push_back({"web", Digest("s3cret"), "", std::move(roles)});
  return options;
}

bool Admits(const GrpcAuthOptions& options, Access access) {
  const absl::StatusOr<Authenticator> authenticator = Authenticator::Create(options);
  REQUIRE(authenticator.ok());
  grpc::ServerContext context;
  CallContext caller;
  const absl::Status status = authenticator->Authorize(context, "Bearer s3cret", access, caller);
  CHECK(caller.actor == "web");
  CHECK((status.ok() || HasReason(status, Reason::kCallerNotAllowed)));
  return status.ok();
}

TEST_CASE("each role grants the documented access") {
  struct Row {
    Role role;
    bool read, write, approve, administer;
  };
  for (const Row& row :
       {Row{Role::kReader, true, false, false, false}, Row{Role::kWriter, true, true, false, false},
        Row{Role::kApprover, false, false, true, false}, Row{Role::kAdmin, true, true, true, true}}) {
    INFO(static_cast<int>(row.role));
    CHECK(Admits(OneClient({row.role}), Access::kRead) == row.read);
    CHECK(Admits(OneClient({row.role}), Access::kWrite) == row.write);
    CHECK(Admits(OneClient({row.role}), Access::kApprove) == row.approve);
    CHECK(Admits(OneClient({row.role}), Access::kAdminister) == row.administer);
  }
  CHECK_FALSE(Admits(OneClient({}), Access::kRead));
}

TEST_CASE("a caller without a known token gets CALLER_UNKNOWN") {
  const absl::StatusOr<Authenticator> authenticator = Authenticator::Create(OneClient({Role::kAdmin}));
  grpc::ServerContext context;
  CallContext caller;
  caller.is_approver = true;
  for (const char* authorization : {"", "Bearer", "Bearer ", "Bearer other", "Basic s3cret", "s3cret"}) {
    CHECK(HasReason(authenticator->Authorize(context, authorization, Access::kRead, caller),
                    Reason::kCallerUnknown));
    CHECK_FALSE(caller.is_approver);
  }
  CHECK(authenticator->Authorize(context, "bearer s3cret", Access::kRead, caller).ok());
}

TEST_CASE("with the authentication mode none, every caller is anonymous and has every role") {
  const absl::StatusOr<Authenticator> authenticator = Authenticator::Create({});
  grpc::ServerContext context;
  CallContext caller;
  CHECK(authenticator->Authorize(context, "", Access::kAdminister, caller).ok());
  CHECK(caller.actor == "anonymous");
  CHECK(caller.is_approver);
}

TEST_CASE("the roles approver and admin make a caller an approver, whatever the caller's other roles are") {
  grpc::ServerContext context;
  const auto is_approver = [&](std::set<Role> roles) {
    CallContext caller;
    const auto authenticator = Authenticator::Create(OneClient(std::move(roles)));
    REQUIRE(authenticator.ok());
    REQUIRE(authenticator->Authorize(context, "Bearer s3cret", Access::kWrite, caller).ok());
    return caller.is_approver;
  };
  CHECK_FALSE(is_approver({Role::kReader, Role::kWriter}));
  CHECK(is_approver({Role::kWriter, Role::kApprover}));
  CHECK(is_approver({Role::kAdmin}));
}

TEST_CASE("Create rejects clients with equal or invalid credentials, and the error names the client") {
  GrpcAuthOptions twice = OneClient({});
  twice.clients.push_back(twice.clients.front());
  GrpcAuthOptions bad_digest = OneClient({});
  bad_digest.clients.front().token_sha256 = "abc";
  GrpcAuthOptions nameless = OneClient({});
  nameless.mode = GrpcAuthOptions::Mode::kMtls;
  for (const GrpcAuthOptions& options : {twice, bad_digest, nameless}) {
    const absl::Status status = Authenticator::Create(options).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message().find("\"web\"") != absl::string_view::npos);
  }
}

TEST_CASE("ParseRole returns the named role, and nullopt for an unknown name") {
  CHECK(ParseRole("reader") == Role::kReader);
  CHECK(ParseRole("admin") == Role::kAdmin);
  CHECK_FALSE(ParseRole("root"));
}

}  // namespace
}  // namespace keelson
