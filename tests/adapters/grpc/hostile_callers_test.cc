// Tests connections with invalid HTTP/2, and clients that disconnect early.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "tests/adapters/grpc/rpc_server_fixture.h"

namespace keelson {
namespace {

// Sends `bytes` over a new connection and closes it.
void SendBytes(int port, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  close(fd);
}

TEST_CASE("the server survives connections with invalid HTTP/2") {
  RpcServerFixture fixture;
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (int i = 0; i < 256; ++i) {
    const std::string noise(static_cast<std::size_t>(1 + i * 7 % 300), static_cast<char>(i));
    SendBytes(fixture.server().port(), i % 2 == 0 ? noise : preface + noise);
  }
  SendBytes(fixture.server().port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(fixture.GetUser("x").status.ok());
}

TEST_CASE("the server survives many connections and clients that disconnect early") {
  RpcServerFixture fixture;
  for (int i = 0; i < 50; ++i) {
    const auto stub = accounts_api::AccountService::NewStub(fixture.NewChannel());
    grpc::ClientContext context;
    accounts_api::GetUserResponse response;
    if (i % 2 == 0) context.TryCancel();
    stub->GetUser(&context, {}, &response);
  }
  CHECK(fixture.GetUser("x").status.ok());
}

}  // namespace
}  // namespace keelson
