#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// A separate server for grpc.health.v1 without TLS, for probes without a client certificate, such as those of
// Kubernetes. Thread-safe.
class HealthListener {
 public:
  // Listens on `address` ("host:port"). Returns the errors of ExplainListenFailure.
  static absl::StatusOr<std::unique_ptr<HealthListener>> Start(const std::string& address);
  // Cancels in-flight calls, such as the streams of Watch.
  ~HealthListener();
  HealthListener(const HealthListener&) = delete;
  HealthListener& operator=(const HealthListener&) = delete;

  int port() const { return port_; }
  // Sets the health status of this name.
  void SetServing(const std::string& name, bool serving);

 private:
  HealthListener() = default;

  // Responds to all other methods with UNIMPLEMENTED. gRPC requires at least one registered service.
  grpc::CallbackGenericService others_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace keelson
