#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// A server of its own for grpc.health.v1 alone, in the clear: for probes that have no client certificate,
// such as those of Kubernetes. Thread-safe.
class HealthListener {
 public:
  // Serves at `address` ("host:port"). Fails as ExplainListenFailure where nothing can listen there.
  static absl::StatusOr<std::unique_ptr<HealthListener>> Start(const std::string& address);
  // Ends the streams of those that watch.
  ~HealthListener();
  HealthListener(const HealthListener&) = delete;
  HealthListener& operator=(const HealthListener&) = delete;

  int port() const { return port_; }
  // What health says of this name.
  void SetServing(const std::string& name, bool serving);

 private:
  HealthListener() = default;

  // Answers UNIMPLEMENTED to all other methods. The library starts no server without a service of its user's.
  grpc::CallbackGenericService others_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace keelson
