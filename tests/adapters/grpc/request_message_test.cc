// Tests request messages that are compressed, incomplete, missing, or from unauthorized callers.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/adapters/grpc/rpc_server_fixture.h"
#include "tests/support/http2/http2_client.h"

namespace keelson {
namespace {

using servers::Deflate;
using servers::Framed;
using servers::Gzip;
using servers::Http2Client;
using servers::Http2Request;
using servers::Http2Response;

constexpr std::size_t kMiB = std::size_t{1} << 20;

std::string UserRequest(const std::string& id) {
  accounts_api::GetUserRequest request;
  request.set_id(id);
  return request.SerializeAsString();
}

Http2Response Call(const RpcServerFixture& fixture, Http2Request request) {
  Http2Client client(fixture.server().port());
  request.path = kGetUser;
  const Http2Response& response = client.Send(std::move(request));
  CHECK(client.AwaitClosed(response));
  return response;
}

// Counts the calls that reach the handler, and records the deadline of the last call.
struct Counted {
  std::atomic<int> calls = 0;
  Handlers handlers() {
    Handlers handlers;
    handlers.get_user = [this](const CallContext& context, auto&, auto&) {
      ++calls;
      deadline = context.deadline;
      return absl::OkStatus();
    };
    return handlers;
  }
  Deadline deadline;
};

TEST_CASE("a compressed message is rejected, and the response names the supported encoding") {
  Counted counted;
  RpcServerFixture fixture(counted.handlers());
  const auto [encoding, message] = GENERATE(table<std::string, std::string>(
      {{"gzip", Gzip(UserRequest("user_1"))}, {"deflate", Deflate(UserRequest("user_1"))}}));
  const Http2Response response =
      Call(fixture, {.headers = {{"grpc-encoding", encoding}}, .body = Framed(message, /*compressed=*/true)});
  CHECK(response.grpc_status() == grpc::UNIMPLEMENTED);
  CHECK(response.Get("grpc-accept-encoding") == "identity");
  CHECK(response.Get("x-request-id").size() == 32);
  CHECK(counted.calls == 0);
}

TEST_CASE("an invalid message with the compressed flag is rejected") {
  Counted counted;
  RpcServerFixture fixture(counted.handlers());
  const std::string encoding = GENERATE("gzip", "zstd", "identity");
  const Http2Response response = Call(fixture, {.headers = {{"grpc-encoding", encoding}},
                                                .body = Framed("\xff\xff\xff", /*compressed=*/true)});
  CHECK((response.grpc_status() == grpc::UNIMPLEMENTED || response.grpc_status() == grpc::INVALID_ARGUMENT));
  CHECK(counted.calls == 0);
}

TEST_CASE("a client that accepts compressed responses receives an uncompressed response") {
  RpcServerFixture fixture;
  const std::string request = UserRequest(std::string(10'000, 'x'));
  const Http2Response response = Call(
      fixture, {.headers = {{"grpc-accept-encoding", "identity,deflate,gzip"}}, .body = Framed(request)});
  CHECK(response.grpc_status() == grpc::OK);
  CHECK(response.Get("grpc-encoding").empty());
  REQUIRE_FALSE(response.body.empty());
  CHECK(response.body[0] == '\0');
}

TEST_CASE("a call with an uncompressed message succeeds even if its grpc-encoding is gzip") {
  RpcServerFixture fixture;
  const Http2Response response =
      Call(fixture, {.headers = {{"grpc-encoding", "gzip"}}, .body = Framed(UserRequest("user_1"))});
  CHECK(response.grpc_status() == grpc::OK);
}

TEST_CASE("the server does not read the message of an unauthorized caller") {
  Counted counted;
  GrpcServerOptions options = LoopbackOptions();
  options.auth.mode = GrpcAuthOptions::Mode::kToken;
  options.auth.clients.push_back({"web", std::string(64, '0'), "", {Role::kReader}});
  RpcServerFixture fixture(counted.handlers(), options);
  const Http2Response response = Call(fixture, {.body = Framed(std::string(8 * kMiB, 'x'))});
  CHECK(response.grpc_status() == grpc::UNAUTHENTICATED);
  CHECK(response.sent < kMiB);
  CHECK(counted.calls == 0);
}

TEST_CASE("a call whose message does not arrive in time ends with DEADLINE_EXCEEDED") {
  Counted counted;
  GrpcServerOptions options = LoopbackOptions();
  options.default_deadline = absl::Milliseconds(100);
  RpcServerFixture fixture(counted.handlers(), options);
  const std::string body = GENERATE(std::string(), Framed(std::string(1000, 'x')).substr(0, 500));
  const Http2Response response = Call(fixture, {.body = body, .end = false});
  CHECK(response.grpc_status() == grpc::DEADLINE_EXCEEDED);
  CHECK(counted.calls == 0);
  CHECK(fixture.GetUser("x").status.ok());
}

TEST_CASE("a call without a message is rejected") {
  RpcServerFixture fixture;
  CHECK(Call(fixture, {}).grpc_status() == grpc::INVALID_ARGUMENT);
}

TEST_CASE("an incomplete message does not delay the shutdown") {
  RpcServerFixture fixture;
  Http2Client client(fixture.server().port());
  const Http2Response& half =
      client.Send({.path = kGetUser, .body = Framed(std::string(1000, 'x')).substr(0, 500), .end = false});
  client.SendAll(half);
  const absl::Time start = absl::Now();
  fixture.server().Shutdown(Deadline::After(absl::Seconds(9)));
  CHECK(absl::Now() - start < absl::Seconds(5));
  CHECK(client.AwaitClosed(half));
}

TEST_CASE("a call whose timeout is centuries long gets the server's default deadline") {
  Counted counted;
  RpcServerFixture fixture(counted.handlers());
  const std::string timeout = GENERATE("2562047H", "99999999H", "99999999M", "99999999S");
  const Http2Response response =
      Call(fixture, {.headers = {{"grpc-timeout", timeout}}, .body = Framed(UserRequest("user_1"))});
  CHECK(response.grpc_status() == grpc::OK);
  CHECK(counted.calls == 1);
  CHECK(counted.deadline.remaining() > absl::ZeroDuration());
  CHECK(counted.deadline.remaining() <= LoopbackOptions().default_deadline);
}

}  // namespace
}  // namespace keelson
