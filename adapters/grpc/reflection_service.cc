#include "adapters/grpc/reflection_service.h"

#include <utility>

#include "adapters/grpc/health_service.h"
#include "adapters/grpc/reflection.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace keelson {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;

constexpr const char* kVersions[] = {"grpc.reflection.v1.ServerReflection",
                                     "grpc.reflection.v1alpha.ServerReflection"};

// Sends a response to each request of one client.
class ReflectionStream final : public OpenStream {
 public:
  explicit ReflectionStream(const std::vector<std::string>& services) : services_(services) {}

 private:
  void OnMessage(grpc::ByteBuffer& message) override {
    ServerReflectionRequest request;
    if (!ParseOpenMessage(message, request)) {
      return End({grpc::INVALID_ARGUMENT, "the message is not a ServerReflectionRequest"});
    }
    Send(Reflect(request, services_));
  }

  const std::vector<std::string>& services_;
};

class ReflectionService final : public OpenService {
 public:
  ReflectionService(const char* name, std::vector<std::string> services)
      : OpenService(name), services_(std::move(services)) {
    AddMethod("ServerReflectionInfo", [this] { return std::make_unique<ReflectionStream>(services_); });
  }

 private:
  const std::vector<std::string> services_;
};

}  // namespace

std::vector<std::unique_ptr<OpenService>> MakeReflectionServices(std::vector<std::string> services) {
  // References the descriptors, so that the linker keeps them for reflection.
  google::protobuf::LinkMessageReflection<grpc::reflection::v1alpha::ServerReflectionRequest>();
  services.emplace_back(HealthService::kName);
  for (const char* version : kVersions) services.emplace_back(version);
  std::vector<std::unique_ptr<OpenService>> versions;
  for (const char* version : kVersions) {
    versions.push_back(std::make_unique<ReflectionService>(version, services));
  }
  return versions;
}

}  // namespace keelson
