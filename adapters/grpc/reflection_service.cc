#include "adapters/grpc/reflection_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "adapters/grpc/reflection.h"
#include "core/common/strings.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace keelson {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr const char* kVersions[] = {"grpc.reflection.v1.ServerReflection",
                                     "grpc.reflection.v1alpha.ServerReflection"};
constexpr const char* kHealth = "grpc.health.v1.Health";

// Serves one client's stream: sends a response to each request. Uses no thread while the stream is idle.
class Reactor final : public grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse> {
 public:
  explicit Reactor(const std::vector<std::string>& services) : services_(services) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_ = Reflect(request_, services_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>& services_;
  ServerReflectionRequest request_;
  ServerReflectionResponse response_;
};

class ReflectionService final : public grpc::Service {
 public:
  ReflectionService(std::string_view name, std::vector<std::string> services)
      : path_(StrCat("/", name, "/ServerReflectionInfo")), services_(std::move(services)) {
    AddMethod(new grpc::internal::RpcServiceMethod(path_.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING,
                                                   nullptr));
    MarkMethodCallback(
        0, new grpc::internal::CallbackBidiHandler<ServerReflectionRequest, ServerReflectionResponse>(
               [this](grpc::CallbackServerContext*) { return new Reactor(services_); }));
  }

 private:
  // A member, because gRPC keeps a pointer to the string.
  const std::string path_;
  const std::vector<std::string> services_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(std::vector<std::string> services) {
  // References the health service's descriptors, so that the linker keeps them for reflection.
  google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  google::protobuf::LinkMessageReflection<grpc::reflection::v1alpha::ServerReflectionRequest>();
  services.emplace_back(kHealth);
  for (const char* version : kVersions) services.emplace_back(version);
  std::vector<std::unique_ptr<grpc::Service>> versions;
  for (const char* version : kVersions) {
    versions.push_back(std::make_unique<ReflectionService>(version, services));
  }
  return versions;
}

}  // namespace keelson
