// The health service over its wire format: field 1 of a response is the status.
#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.pb.h"
#include "tests/adapters/grpc/raw_stream.h"

namespace keelson {
namespace {

constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kCheck[] = "/grpc.health.v1.Health/Check";

using grpc::health::v1::HealthCheckResponse;

// A client's stream of Watch.
class Watch {
 public:
  Watch(const RpcServerFixture& fixture, const std::string& request) : stream_(fixture, kWatch) {
    stream_.Write(request);
  }

  // Returns the next status; nullopt if the stream has ended.
  std::optional<HealthCheckResponse::ServingStatus> Next() {
    const std::optional<std::string> bytes = stream_.Read();
    if (!bytes) return std::nullopt;
    HealthCheckResponse response;
    REQUIRE(response.ParseFromString(*bytes));
    return response.status();
  }
  grpc::Status End() { return stream_.End(); }

 private:
  RawStream stream_;
};

std::string RequestFor(const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  return request.SerializeAsString();
}

}  // namespace

TEST_CASE("Watch sends the status of a name and each change to every stream") {
  RpcServerFixture fixture;
  fixture.server().SetServing(true);
  Watch first(fixture, RequestFor(""));
  Watch second(fixture, RequestFor(""));
  Watch unknown(fixture, RequestFor("email.smtp"));
  CHECK(first.Next() == HealthCheckResponse::SERVING);
  CHECK(second.Next() == HealthCheckResponse::SERVING);
  CHECK(unknown.Next() == HealthCheckResponse::SERVICE_UNKNOWN);
  fixture.server().SetServing(false);
  CHECK(first.Next() == HealthCheckResponse::NOT_SERVING);
  CHECK(second.Next() == HealthCheckResponse::NOT_SERVING);
  // A repeated status is no change.
  fixture.server().SetServing(false);
  fixture.server().SetServing("email.smtp", true);
  CHECK(unknown.Next() == HealthCheckResponse::SERVING);
  fixture.server().SetServing(true);
  CHECK(first.Next() == HealthCheckResponse::SERVING);
}

TEST_CASE("the server forgets a stream of Watch that its client has cancelled") {
  RpcServerFixture fixture;
  fixture.server().SetServing(true);
  for (int i = 0; i < 20; ++i) {
    Watch watch(fixture, RequestFor(""));
    CHECK(watch.Next() == HealthCheckResponse::SERVING);
  }
  fixture.server().SetServing(false);
  CHECK(fixture.SendRaw(kCheck, RequestFor("")).raw == "\x08\x02");
}

TEST_CASE("a stream of Watch does not delay the shutdown") {
  RpcServerFixture fixture;
  fixture.server().SetServing(true);
  Watch watch(fixture, RequestFor(""));
  CHECK(watch.Next() == HealthCheckResponse::SERVING);
  const absl::Time start = absl::Now();
  fixture.server().Shutdown(Deadline::After(absl::Seconds(20)));
  CHECK(absl::Now() - start < absl::Seconds(10));
  CHECK(watch.Next() == HealthCheckResponse::NOT_SERVING);
  CHECK_FALSE(watch.Next());
  CHECK_FALSE(watch.End().ok());
}

TEST_CASE("health and reflection reject an invalid message") {
  RpcServerFixture fixture;
  for (const char* method : {kCheck, kWatch, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}) {
    INFO(method);
    CHECK(fixture.SendRaw(method, "\xff\xff").status.error_code() == grpc::INVALID_ARGUMENT);
  }
}

}  // namespace keelson
