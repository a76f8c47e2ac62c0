// Tests both versions of server reflection.
#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "tests/adapters/grpc/raw_stream.h"

namespace keelson {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr const char* kVersions[] = {"v1", "v1alpha"};

// A client's stream of this version of server reflection.
class Reflection {
 public:
  Reflection(const RpcServerFixture& fixture, const std::string& version)
      : stream_(fixture, "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo") {}

  // Returns nullopt if the stream has ended.
  std::optional<ServerReflectionResponse> operator()(const ServerReflectionRequest& request) {
    if (!stream_.Write(request.SerializeAsString())) return std::nullopt;
    const std::optional<std::string> bytes = stream_.Read();
    if (!bytes) return std::nullopt;
    ServerReflectionResponse response;
    REQUIRE(response.ParseFromString(*bytes));
    return response;
  }
  grpc::Status End() { return stream_.End(); }

 private:
  RawStream stream_;
};

ServerReflectionRequest ListServices() {
  ServerReflectionRequest request;
  request.set_list_services("*");
  return request;
}

// Returns the names of the files in the response, or the response's error code.
std::vector<std::string> FilesIn(const std::optional<ServerReflectionResponse>& response) {
  REQUIRE(response);
  if (response->has_error_response()) return {std::to_string(response->error_response().error_code())};
  std::vector<std::string> files;
  for (const std::string& bytes : response->file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    REQUIRE(file.ParseFromString(bytes));
    files.push_back(file.name());
  }
  return files;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST_CASE("each version of reflection lists every service, including both versions of reflection") {
  for (const char* version : kVersions) {
    RpcServerFixture fixture;
    Reflection reflection(fixture, version);
    const auto response = reflection(ListServices());
    REQUIRE(response);
    std::vector<std::string> names;
    for (const auto& service : response->list_services_response().service()) names.push_back(service.name());
    CHECK(names == std::vector<std::string>{"keelson.accounts.v1.AccountService", "grpc.health.v1.Health",
                                            "grpc.reflection.v1.ServerReflection",
                                            "grpc.reflection.v1alpha.ServerReflection"});
    CHECK(response->original_request().list_services() == "*");
    CHECK(reflection.End().ok());
  }
}

TEST_CASE("each version of reflection describes every service that it lists, with dependencies first") {
  for (const char* version : kVersions) {
    RpcServerFixture fixture;
    Reflection reflection(fixture, version);
    const auto services = reflection(ListServices());
    REQUIRE(services);
    for (const auto& service : services->list_services_response().service()) {
      INFO(service.name());
      ServerReflectionRequest request;
      request.set_file_containing_symbol(service.name());
      CHECK(reflection(request)->has_file_descriptor_response());
    }
    ServerReflectionRequest request;
    request.set_file_containing_symbol("keelson.accounts.v1.AccountService.GetUser");
    const std::vector<std::string> files = FilesIn(reflection(request));
    REQUIRE_FALSE(files.empty());
    CHECK(files.back() == "keelson/accounts/v1/accounts.proto");
    CHECK(Contains(files, "google/protobuf/timestamp.proto"));
  }
}

TEST_CASE("reflection finds files and extensions, and returns NOT_FOUND for unknown names") {
  RpcServerFixture fixture;
  Reflection reflection(fixture, "v1");
  const std::vector<std::string> not_found = {std::to_string(grpc::NOT_FOUND)};
  ServerReflectionRequest request;
  request.set_file_by_filename("google/protobuf/timestamp.proto");
  CHECK(FilesIn(reflection(request)) == std::vector<std::string>{"google/protobuf/timestamp.proto"});
  request.set_file_by_filename("nothing.proto");
  CHECK(FilesIn(reflection(request)) == not_found);
  request.set_file_containing_symbol("keelson.Nothing");
  CHECK(FilesIn(reflection(request)) == not_found);
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(1);
  CHECK(FilesIn(reflection(request)) == not_found);
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  CHECK(reflection(request)->all_extension_numbers_response().base_type_name() ==
        "google.protobuf.MethodOptions");
  request.set_all_extension_numbers_of_type("nothing");
  CHECK(FilesIn(reflection(request)) == not_found);
  CHECK(FilesIn(reflection({})) == std::vector<std::string>{std::to_string(grpc::INVALID_ARGUMENT)});
}

TEST_CASE("reflection can be disabled") {
  GrpcServerOptions options = LoopbackOptions();
  options.reflection = false;
  RpcServerFixture fixture({}, options);
  for (const char* version : kVersions) {
    Reflection reflection(fixture, version);
    CHECK_FALSE(reflection(ListServices()));
    CHECK(reflection.End().error_code() == grpc::UNIMPLEMENTED);
  }
}

TEST_CASE("an open reflection stream does not delay the shutdown") {
  RpcServerFixture fixture;
  Reflection reflection(fixture, "v1");
  REQUIRE(reflection(ListServices()));
  const absl::Time start = absl::Now();
  fixture.server().Shutdown(Deadline::After(absl::Seconds(20)));
  CHECK(absl::Now() - start < absl::Seconds(10));
  CHECK_FALSE(reflection.End().ok());
}

}  // namespace
}  // namespace keelson
