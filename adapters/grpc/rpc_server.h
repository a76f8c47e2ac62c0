#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapters/grpc/call_queue.h"
#include "adapters/grpc/dispatcher.h"
#include "adapters/grpc/health_listener.h"
#include "adapters/grpc/health_service.h"
#include "adapters/grpc/open_service.h"
#include "adapters/grpc/options.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/server_certificates.h"
#include "adapters/grpc/unknown_methods.h"
#include "adapters/grpc/worker_pool.h"
#include "core/common/call_statistics.h"
#include "core/common/deadline.h"
#include "core/common/tracer.h"
#include "core/repositories.h"

namespace keelson {

// The transport below the services: completion queues with one thread each, worker pools, health and
// reflection. GrpcServer documents the contracts of the methods.
class RpcServer final : public CallStatisticsSource {
 public:
  using Services = std::vector<std::unique_ptr<RpcService>>;

  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const GrpcServerOptions& options, Services services,
                                                          Store& store, Entropy& entropy, Log& log,
                                                          Tracer* tracer = nullptr);
  ~RpcServer() override;

  // The methods of the services and the unknown methods, without health and reflection.
  std::vector<CallStatistics> ListCalls() const override;
  int port() const { return port_; }
  // The port of the health listener; 0 if there is none.
  int health_port() const { return health_listener_ == nullptr ? 0 : health_listener_->port(); }
  void SetServing(bool serving);
  void SetServing(const std::string& part, bool serving);
  void ReloadCertificates();
  absl::StatusOr<std::function<void()>> PrepareAuthentication(const GrpcAuthOptions& options);
  void Shutdown(Deadline deadline);

 private:
  RpcServer(const GrpcServerOptions& options, Services services, Authenticator authenticator,
            std::unique_ptr<ServerCertificates> certificates, const StoreTraits& store, Entropy& entropy,
            Log& log, Tracer* tracer);
  absl::Status Listen(const GrpcServerOptions& options, bool inline_reads);
  std::vector<std::string> ServiceNames() const;
  void StartThreads();
  void DrainQueues();
  bool HasCalls() const;
  bool HasOpenStreams() const;
  void WaitForCalls(Deadline deadline) const;

  const Services services_;
  UnknownMethods unknown_methods_;
  HealthService health_;
  // The reflection services; empty if reflection is disabled.
  const std::vector<std::unique_ptr<OpenService>> reflection_;
  Dispatcher dispatcher_;
  // Runs list calls, and calls that hash a password before they write.
  WorkerPool workers_;
  // Runs writes on at most StoreTraits::max_concurrent_writes threads; further writes wait in the queue
  // without a thread.
  WorkerPool writers_;
  // Runs short reads, unless the threads of the completion queues run them.
  WorkerPool readers_;
  // The completion queues. gRPC requires that they are destroyed after the server.
  std::vector<std::unique_ptr<CallQueue>> queues_;
  // The TLS certificates; null without TLS.
  const std::unique_ptr<ServerCertificates> certificates_;
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  // Null without a health address. Serves health checks until the server has shut down.
  std::unique_ptr<HealthListener> health_listener_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> threads_;
  int port_ = 0;
  absl::Mutex shutdown_mutex_;
  bool shut_down_ ABSL_GUARDED_BY(shutdown_mutex_) = false;
};

}  // namespace keelson
