#pragma once

#include <grpcpp/server.h>

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
#include "adapters/grpc/options.h"
#include "adapters/grpc/rpc_service.h"
#include "adapters/grpc/server_certificates.h"
#include "adapters/grpc/worker_pool.h"
#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// The server under the services, whatever these are: completion queues with a thread each, the workers,
// health and reflection. GrpcServer says what its methods promise.
class RpcServer {
 public:
  using Services = std::vector<std::unique_ptr<RpcService>>;

  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const GrpcServerOptions& options, Services services,
                                                          Store& store, Entropy& entropy, Log& log);
  ~RpcServer();

  int port() const { return port_; }
  // 0 where there is no listener for health alone.
  int health_port() const { return health_listener_ == nullptr ? 0 : health_listener_->port(); }
  void SetServing(bool serving);
  void SetServing(const std::string& part, bool serving);
  void ReloadCertificates();
  absl::Status SetAuthentication(const GrpcAuthOptions& options);
  void Shutdown(Deadline deadline);

 private:
  RpcServer(const GrpcServerOptions& options, Services services, Authenticator authenticator,
            std::unique_ptr<ServerCertificates> certificates, Store& store, Entropy& entropy, Log& log);
  absl::Status Listen(const GrpcServerOptions& options, bool inline_reads);
  std::vector<std::string> ServiceNames() const;
  void StartThreads();
  void DropQueues();
  void AwaitIdle(Deadline deadline) const;

  const Services services_;
  // Empty where reflection is not wanted.
  const std::vector<std::unique_ptr<grpc::Service>> reflection_;
  Dispatcher dispatcher_;
  // For lists, and for calls that wait for more than the store.
  WorkerPool workers_;
  // For calls that write: no more threads than the store has use for, so that the others wait in the queue
  // and not each on a thread.
  WorkerPool writers_;
  // For short reads that wait.
  WorkerPool readers_;
  // Before the server, which must be gone first.
  std::vector<std::unique_ptr<CallQueue>> queues_;
  // None where there is no TLS.
  const std::unique_ptr<ServerCertificates> certificates_;
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  // None where it is not wanted. Answers until the server has shut down.
  std::unique_ptr<HealthListener> health_listener_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> threads_;
  int port_ = 0;
  absl::Mutex shutdown_mutex_;
  bool shut_down_ ABSL_GUARDED_BY(shutdown_mutex_) = false;
};

}  // namespace keelson
