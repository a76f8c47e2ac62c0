// Tests how much memory a request needs before its caller is authenticated, for every message encoding.
#include <grpcpp/support/status_code_enum.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <list>
#include <memory>
#include <vector>

#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/http2/http2_client.h"

namespace keelson::e2e {
namespace {

using servers::Deflate;
using servers::Framed;
using servers::Gzip;
using servers::Http2Client;
using servers::Http2Response;

constexpr char kGetUser[] = "/keelson.accounts.v1.AccountService/GetUser";
constexpr std::size_t kMiB = std::size_t{1} << 20;
// Maximum growth of the peak memory. It covers small requests and the memory that the allocator retains; one
// decompressed request (Zeros) would need 200 MiB.
constexpr std::size_t kAllowance = 16 * kMiB;
constexpr int kConnections = 20;

const std::string& Zeros() {
  static const std::string zeros(200 * kMiB, '\0');
  return zeros;
}

// Runs a service with auth.mode = token.
class GuardedService {
 public:
  GuardedService()
      : service_(folder_.path(),
                 {"auth.mode=token", "auth.clients=[{name='web',roles=['reader'],token_sha256='" +
                                         std::string(64, '0') + "'}]"}),
        before_(service_.process().Memory("VmRSS:")) {}

  int port() const { return std::stoi(service_.target().substr(service_.target().rfind(':') + 1)); }
  // Returns by how much the peak memory of the process has grown since its start.
  std::size_t growth() {
    const std::size_t most = service_.process().Memory("VmHWM:");
    return most - std::min(most, before_);
  }
  bool serves() { return service_.process().running() && service_.Connect().Health() == "SERVING"; }

 private:
  const Folder folder_;
  ServiceProcess service_;
  const std::size_t before_;
};

TEST_CASE("a large request without a token needs no more memory than a small one") {
  GuardedService service;
  const auto [encoding, body] =
      GENERATE(table<std::string, std::string>({{"gzip", Framed(Gzip(Zeros()), true)},
                                                {"deflate", Framed(Deflate(Zeros()), true)},
                                                {"identity", Framed(Zeros())},
                                                // gRPC does not know zstd, and treats the message as
                                                // uncompressed.
                                                {"zstd", Framed(Gzip(Zeros()), true)}}));
  INFO(encoding);
  Http2Client client(service.port());
  const Http2Response& response =
      client.Send({.path = kGetUser, .headers = {{"grpc-encoding", encoding}}, .body = body});
  REQUIRE(client.AwaitClosed(response));
  CHECK(response.grpc_status() == grpc::UNAUTHENTICATED);
  CHECK(service.growth() < kAllowance);
  CHECK(service.serves());
}

TEST_CASE("many concurrent large requests need no more memory than small ones") {
  GuardedService service;
  const std::string bomb = Framed(Gzip(Zeros()), true);
  std::list<Http2Client> clients;
  std::vector<const Http2Response*> responses;
  for (int i = 0; i < kConnections; ++i) {
    responses.push_back(&clients.emplace_back(service.port())
                             .Send({.path = kGetUser, .headers = {{"grpc-encoding", "gzip"}}, .body = bomb}));
  }
  auto response = responses.begin();
  for (Http2Client& client : clients) CHECK(client.AwaitClosed(**response++));
  CHECK(service.growth() < kAllowance);
  CHECK(service.serves());
}

TEST_CASE("incomplete requests without a token do not increase the peak memory") {
  GuardedService service;
  const std::string half = Framed(Zeros()).substr(0, 8 * kMiB);
  std::list<Http2Client> clients;
  for (int i = 0; i < kConnections; ++i) {
    Http2Client& client = clients.emplace_back(service.port());
    client.SendAll(client.Send({.path = kGetUser, .body = half, .end = false}));
  }
  CHECK(service.growth() < kAllowance);
  CHECK(service.serves());
}

TEST_CASE("metadata above the limit is rejected") {
  GuardedService service;
  Http2Client client(service.port());
  const Http2Response& response =
      client.Send({.path = kGetUser, .headers = {{"x-large", std::string(60'000, 'x')}}, .body = Framed("")});
  REQUIRE(client.AwaitClosed(response));
  CHECK(response.grpc_status() != grpc::OK);
  CHECK(service.growth() < kAllowance);
  CHECK(service.serves());
}

// With the default configuration, all request buffers together are limited to 64 MiB (rpc_server.cc).
TEST_CASE("a 200 MiB health request is rejected, and memory stays within the limit of all request buffers") {
  constexpr std::size_t kBuffers = 64 * kMiB;
  GuardedService service;
  Http2Client client(service.port());
  const Http2Response& response =
      client.Send({.path = "/grpc.health.v1.Health/Check", .body = Framed(Zeros())});
  CHECK(client.AwaitClosed(response));
  CHECK(response.grpc_status() != grpc::OK);
  CHECK(service.growth() < kBuffers + kAllowance);
  CHECK(service.serves());
}

}  // namespace
}  // namespace keelson::e2e
