// TLS and certificates, with an authority that the test makes (openssl's command line).
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "core/common/strings.h"
#include "tests/adapters/grpc/engine_fixture.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder with an authority (ca), a server's certificate for localhost and clients' certificates.
class Authority {
 public:
  Authority() {
    std::string pattern = (fs::temp_directory_path() / "keelson-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority "
        "-keyout ca.key -out ca.crt");
    Issue("server", "localhost");
  }
  ~Authority() { fs::remove_all(folder_); }

  // Writes NAME.key and NAME.crt, for `host`, each by a rename.
  void Issue(const std::string& name, const std::string& host) {
    Run(StrCat("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=", host,
               " -keyout new.key -out new.csr"));
    std::ofstream(folder_ / "new.ext") << "subjectAltName=DNS:" << host << "\n";
    Run("openssl x509 -req -in new.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile new.ext "
        "-out new.crt");
    fs::rename(folder_ / "new.key", folder_ / (name + ".key"));
    fs::rename(folder_ / "new.crt", folder_ / (name + ".crt"));
  }

  std::string Path(const std::string& file) const { return (folder_ / file).string(); }
  std::string Text(const std::string& file) const { return ReadFile(folder_ / file); }

 private:
  void Run(const std::string& command) {
    INFO(command);
    REQUIRE(std::system(StrCat("cd ", folder_.string(), " && ", command, " 2>/dev/null").c_str()) == 0);
  }

  fs::path folder_;
};

GrpcServerOptions TlsOptions(const Authority& authority) {
  GrpcServerOptions options = LoopbackOptions();
  options.tls.cert = authority.Path("server.crt");
  options.tls.key = authority.Path("server.key");
  options.tls.refresh = absl::Seconds(1);
  return options;
}

GrpcServerOptions MtlsOptions(const Authority& authority) {
  GrpcServerOptions options = TlsOptions(authority);
  options.tls.client_ca = authority.Path("ca.crt");
  options.auth.mode = GrpcAuthOptions::Mode::kMtls;
  options.auth.clients.push_back({"web", "", "web.example.com", {Role::kReader}});
  return options;
}

// The status of GetUser over a connection of its own. `client`: whose certificate is shown, if anybody's.
CallResult CallAs(const EngineFixture& fixture, const Authority& authority, const std::string& client,
                  const std::string& host = "localhost") {
  grpc::SslCredentialsOptions credentials;
  credentials.pem_root_certs = authority.Text("ca.crt");
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

TEST_CASE("over TLS calls are answered, and in the clear they aren't") {
  Authority authority;
  EngineFixture fixture({}, TlsOptions(authority));
  CHECK(CallAs(fixture, authority, "").status.ok());
  CHECK(fixture.GetUser("x").status.error_code() == grpc::UNAVAILABLE);
}

TEST_CASE("a certificate that is replaced is taken up without a restart") {
  Authority authority;
  EngineFixture fixture({}, TlsOptions(authority));
  REQUIRE_FALSE(CallAs(fixture, authority, "", "renewed").status.ok());
  authority.Issue("server", "renewed");
  const Deadline deadline = Deadline::After(absl::Seconds(20));
  while (!CallAs(fixture, authority, "", "renewed").status.ok()) {
    REQUIRE(!deadline.expired());
    absl::SleepFor(absl::Milliseconds(100));
  }
}

TEST_CASE("callers are recognised by their certificates") {
  Authority authority;
  authority.Issue("web", "web.example.com");
  authority.Issue("stranger", "stranger.example.com");
  EngineFixture fixture({}, MtlsOptions(authority));
  CHECK(CallAs(fixture, authority, "web").status.ok());
  const CallResult stranger = CallAs(fixture, authority, "stranger");
  CHECK(stranger.status.error_code() == grpc::UNAUTHENTICATED);
  CHECK(stranger.reason() == "CALLER_UNKNOWN");
  CHECK(CallAs(fixture, authority, "").status.error_code() == grpc::UNAVAILABLE);
}

TEST_CASE("files that are no certificate and key are refused by name") {
  Authority authority;
  GrpcServerOptions swapped = TlsOptions(authority);
  std::swap(swapped.tls.cert, swapped.tls.key);
  StoreOfReads store;
  FakeEntropy entropy;
  RecordingLog log;
  const absl::Status status = Engine::Start(swapped, {}, store, entropy, log).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StartsWith(status.message(), authority.Path("server.key") + " holds no certificate in PEM"));
}

TEST_CASE("a key of another certificate is refused") {
  Authority authority;
  authority.Issue("other", "other");
  GrpcServerOptions options = TlsOptions(authority);
  options.tls.key = authority.Path("other.key");
  StoreOfReads store;
  FakeEntropy entropy;
  RecordingLog log;
  const absl::Status status = Engine::Start(options, {}, store, entropy, log).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message() == authority.Path("other.key") +
                                " holds no private key of the certificate in PEM (key values mismatch)");
}

}  // namespace
}  // namespace keelson
