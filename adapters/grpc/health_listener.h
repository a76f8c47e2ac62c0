#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "adapters/grpc/health_service.h"
#include "adapters/grpc/unknown_methods.h"

namespace keelson {

// A separate server for grpc.health.v1 without TLS, for probes without a client certificate, such as those of
// Kubernetes. Responds to all other methods with UNIMPLEMENTED. Thread-safe.
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
  void SetServing(const std::string& name, bool serving) { health_.SetServing(name, serving); }

 private:
  HealthListener() = default;
  // Processes the events of the queue until it shuts down.
  void Run();

  UnknownMethods unknown_methods_;
  HealthService health_;
  // gRPC requires that the queue is destroyed after the server.
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace keelson
