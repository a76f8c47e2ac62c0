// Tests TLS, reloading of the TLS files, and authentication by client certificates.
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "core/common/strings.h"
#include "tests/adapters/grpc/rpc_server_fixture.h"
#include "tests/support/tls/authority.h"

namespace keelson {
namespace {

using servers::Authority;

GrpcServerOptions TlsOptions(const Authority& authority) {
  GrpcServerOptions options = LoopbackOptions();
  options.tls.cert = authority.Path("server.crt");
  options.tls.key = authority.Path("server.key");
  return options;
}

GrpcServerOptions MtlsOptions(const Authority& authority) {
  GrpcServerOptions options = TlsOptions(authority);
  options.tls.client_ca = authority.Path("ca.crt");
  options.auth.mode = GrpcAuthOptions::Mode::kMtls;
  options.auth.clients.push_back({"web", "", "web.example.com", {Role::kReader}});
  return options;
}

// Calls GetUser over a new connection. `client`: name of the client certificate; empty: none.
// `trusted`: CA certificate that the client trusts; empty: that of `authority`.
CallResult CallAs(const RpcServerFixture& fixture, const Authority& authority, const std::string& client,
                  const std::string& host = "localhost", const std::string& trusted = "") {
  grpc::SslCredentialsOptions credentials;
  credentials.pem_root_certs = trusted.empty() ? authority.Text("ca.crt") : trusted;
  if (!client.empty()) {
    credentials.pem_private_key = authority.Text(client + ".key");
    credentials.pem_cert_chain = authority.Text(client + ".crt");
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetSslTargetNameOverride(host);
  const auto stub = accounts_api::AccountService::NewStub(
      grpc::CreateCustomChannel(fixture.address(), grpc::SslCredentials(credentials), arguments));
  CallResult result;
  grpc::ClientContext context;
  context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(absl::Seconds(10)), GPR_TIMESPAN));
  result.status = stub->GetUser(&context, {}, &result.response);
  return result;
}

TEST_CASE("with TLS enabled, calls over TLS succeed and unencrypted calls fail") {
  Authority authority;
  RpcServerFixture fixture({}, TlsOptions(authority));
  CHECK(CallAs(fixture, authority, "").status.ok());
  CHECK(fixture.GetUser("x").status.error_code() == grpc::UNAVAILABLE);
}

std::vector<RecordingLog::Entry> Lines(const RpcServerFixture& fixture, std::string_view event_name) {
  std::vector<RecordingLog::Entry> lines = fixture.log().entries();
  std::erase_if(lines, [&](const RecordingLog::Entry& line) { return line.event_name != event_name; });
  return lines;
}

TEST_CASE("a replaced certificate is reloaded without a restart, and the reload is logged once") {
  Authority authority;
  RpcServerFixture fixture({}, TlsOptions(authority));
  REQUIRE_FALSE(CallAs(fixture, authority, "", "renewed").status.ok());
  authority.Issue("server", "renewed");
  for (int i = 0; i < 3; ++i) fixture.server().ReloadCertificates();
  CHECK(CallAs(fixture, authority, "", "renewed").status.ok());
  CHECK(Lines(fixture, "tls.reloaded").size() == 1);
  CHECK(Lines(fixture, "tls.reload_failed").empty());
}

// A way to damage the TLS files, and the expected warning.
struct Breakage {
  std::string name;
  std::string warning;
  std::function<void(Authority&)> break_files;
};

std::vector<Breakage> Breakages() {
  const auto cut = [](const std::string& file, std::size_t part) {
    return [=](Authority& authority) {
      authority.Write(file, authority.Text(file).substr(0, authority.Text(file).size() * part / 100));
    };
  };
  return {
      {"an empty certificate", "server.tls.cert FOLDER/server.crt is empty", cut("server.crt", 0)},
      {"an empty key", "server.tls.key FOLDER/server.key is empty", cut("server.key", 0)},
      {"an empty client CA file", "server.tls.client_ca FOLDER/ca.crt is empty", cut("ca.crt", 0)},
      {"a truncated certificate", "server.tls.cert FOLDER/server.crt ends within a PEM block",
       cut("server.crt", 50)},
      {"a truncated key", "server.tls.key FOLDER/server.key ends within a PEM block", cut("server.key", 50)},
      {"a truncated client CA file", "server.tls.client_ca FOLDER/ca.crt ends within a PEM block",
       cut("ca.crt", 50)},
      {"only the first bytes of a certificate", "server.tls.cert FOLDER/server.crt ends within a PEM block",
       cut("server.crt", 2)},
      {"a key that does not belong to the certificate",
       "server.tls.key FOLDER/server.key is not the key of the certificate in server.tls.cert "
       "FOLDER/server.crt",
       [](Authority& authority) {
         authority.Issue("other", "renewed");
         authority.Write("server.crt", authority.Text("other.crt"));
       }},
      {"a certificate chain in the wrong order",
       "server.tls.cert FOLDER/server.crt is out of order: certificate 2 did not issue certificate 1",
       [](Authority& authority) {
         authority.Issue("other", "other");
         authority.Write("server.crt", authority.Text("server.crt") + authority.Text("other.crt"));
       }},
      {"a file without a certificate", "server.tls.cert FOLDER/server.crt contains no PEM certificate",
       [](Authority& authority) { authority.Write("server.crt", "no PEM"); }},
      {"binary content", "server.tls.cert FOLDER/server.crt is not a text file: it contains a NUL byte",
       [](Authority& authority) { authority.Write("server.crt", authority.Text("server.crt") + '\0'); }},
      {"a missing file", "server.tls.key FOLDER/server.key can't be read: No such file or directory",
       [](Authority& authority) { authority.Remove("server.key"); }},
      {"an encrypted key", "server.tls.key FOLDER/server.key must contain an unencrypted PEM private key",
       [](Authority& authority) { authority.Encrypt("server.key"); }},
  };
}

// Replaces FOLDER in `text` with the authority's directory.
std::string InFolder(const Authority& authority, std::string text) {
  for (std::size_t at = 0; (at = text.find("FOLDER", at)) != std::string::npos;) {
    text.replace(at, std::string_view("FOLDER").size(), authority.folder());
  }
  return text;
}

TEST_CASE("invalid TLS files are not loaded, and one warning contains the reason") {
  for (const Breakage& breakage : Breakages()) {
    INFO(breakage.name);
    Authority authority;
    authority.Issue("web", "web.example.com");
    const std::string trusted = authority.Text("ca.crt");
    RpcServerFixture fixture({}, MtlsOptions(authority));
    breakage.break_files(authority);
    for (int i = 0; i < 3; ++i) fixture.server().ReloadCertificates();
    CHECK(CallAs(fixture, authority, "web", "localhost", trusted).status.ok());
    const std::vector<RecordingLog::Entry> warnings = Lines(fixture, "tls.reload_failed");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].severity == Severity::kWarning);
    CHECK_THAT(warnings[0].fields.at("error"), Catch::StartsWith(InFolder(authority, breakage.warning)));

    authority.Write("ca.crt", trusted);
    authority.Issue("server", "renewed");
    fixture.server().ReloadCertificates();
    CHECK(CallAs(fixture, authority, "web", "renewed").status.ok());
    CHECK(Lines(fixture, "tls.reloaded").size() == 1);
  }
}

TEST_CASE("a server does not start with invalid TLS files, and the error names key, file and reason") {
  for (const Breakage& breakage : Breakages()) {
    INFO(breakage.name);
    Authority authority;
    const GrpcServerOptions options = MtlsOptions(authority);
    breakage.break_files(authority);
    StoreOfReads store;
    FakeEntropy entropy;
    RecordingLog log;
    const absl::Status status = RpcServer::Start(options, {}, store, entropy, log).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK_THAT(std::string(status.message()), Catch::StartsWith(InFolder(authority, breakage.warning)));
  }
}

TEST_CASE("a new client CA is reloaded without a restart") {
  Authority authority;
  Authority other;
  other.Issue("web", "web.example.com");
  RpcServerFixture fixture({}, MtlsOptions(authority));
  const std::string trusted = authority.Text("ca.crt");
  CHECK_FALSE(CallAs(fixture, other, "web", "localhost", trusted).status.ok());
  authority.Write("ca.crt", trusted + other.Text("ca.crt"));
  fixture.server().ReloadCertificates();
  CHECK(CallAs(fixture, other, "web", "localhost", trusted).status.ok());
}

TEST_CASE("an expired certificate is used, and one warning names the certificate") {
  Authority authority;
  authority.IssueExpired("server", "localhost");
  RpcServerFixture fixture({}, TlsOptions(authority));
  for (int i = 0; i < 3; ++i) fixture.server().ReloadCertificates();
  const std::vector<RecordingLog::Entry> warnings = Lines(fixture, "tls.not_valid");
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0].fields.at("error"),
             Catch::StartsWith("server.tls.cert " + authority.Path("server.crt") +
                               " contains a certificate that expired at 20"));
}

TEST_CASE("callers are authenticated by their client certificates") {
  Authority authority;
  authority.Issue("web", "web.example.com");
  authority.Issue("stranger", "stranger.example.com");
  RpcServerFixture fixture({}, MtlsOptions(authority));
  CHECK(CallAs(fixture, authority, "web").status.ok());
  const CallResult stranger = CallAs(fixture, authority, "stranger");
  CHECK(stranger.status.error_code() == grpc::UNAUTHENTICATED);
  CHECK(stranger.reason() == "CALLER_UNKNOWN");
  CHECK(CallAs(fixture, authority, "").status.error_code() == grpc::UNAVAILABLE);
}

}  // namespace
}  // namespace keelson
