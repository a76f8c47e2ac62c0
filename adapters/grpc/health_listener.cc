#include "adapters/grpc/health_listener.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "adapters/grpc/listen_error.h"
#include "adapters/grpc/server_settings.h"

namespace keelson {
namespace {

// Small limits suffice: a request contains only the name of a service.
constexpr ServerLimits kLimits = {.max_message_bytes = 4096, .buffer_bytes = std::size_t{8} << 20};

}  // namespace

absl::StatusOr<std::unique_ptr<HealthListener>> HealthListener::Start(const std::string& address) {
  std::unique_ptr<HealthListener> listener(new HealthListener());
  grpc::ServerBuilder builder;
  ApplySettings(kLimits, builder);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &listener->port_);
  builder.RegisterCallbackGenericService(&listener->others_);
  listener->server_ = builder.BuildAndStart();
  if (listener->server_ == nullptr) return ExplainListenFailure("server.health_listen", address);
  return listener;
}

HealthListener::~HealthListener() {
  // A deadline in the past cancels in-flight calls immediately.
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::time_point());
}

void HealthListener::SetServing(const std::string& name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

}  // namespace keelson
