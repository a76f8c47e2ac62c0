// The health service over its wire format: field 1 of a response is the status.
#include <grpcpp/generic/generic_stub.h>

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.pb.h"
#include "tests/adapters/grpc/rpc_server_fixture.h"

namespace keelson {
namespace {

constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kCheck[] = "/grpc.health.v1.Health/Check";

using grpc::health::v1::HealthCheckResponse;

// A client's stream of Watch.
class Watch {
 public:
  Watch(const RpcServerFixture& fixture, const std::string& request) : stub_(fixture.NewChannel()) {
    call_ = stub_.PrepareCall(&context_, kWatch, &queue_);
    call_->StartCall(nullptr);
    Await(queue_);
    const grpc::Slice slice(request);
    call_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Await(queue_);
  }

  // Returns the next status; nullopt if the stream has ended.
  std::optional<HealthCheckResponse::ServingStatus> Next() {
    grpc::ByteBuffer bytes;
    call_->Read(&bytes, nullptr);
    if (!Await(queue_)) return std::nullopt;
    grpc::Slice whole;
    HealthCheckResponse response;
    REQUIRE(bytes.DumpToSingleSlice(&whole).ok());
    REQUIRE(response.ParseFromArray(whole.begin(), static_cast<int>(whole.size())));
    return response.status();
  }

  // Returns the status of an ended stream.
  grpc::Status End() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Await(queue_);
    return status;
  }

 private:
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
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
