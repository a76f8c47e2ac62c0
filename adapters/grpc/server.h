// The service over gRPC on one port: its methods, health, and reflection if enabled.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "core/common/call_statistics.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/common/tracer.h"
#include "core/repositories.h"
#include "core/use_cases.h"

namespace keelson {

// Thread-safe. The arguments of Start must outlive the server.
class GrpcServer {
 public:
  // Listens and serves. Health is NOT_SERVING until SetServing. INVALID_ARGUMENT for an invalid option or
  // unusable TLS files; UNAVAILABLE if the server can't listen on the address, for example because the port
  // is in use. The error message names the cause. `tracer` may be null. The traits of `store` determine the
  // number of threads, and whether short reads run on the transport's threads or in batches.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const GrpcServerOptions& options,
                                                           UseCases& use_cases, Store& store,
                                                           Entropy& entropy, Log& log,
                                                           Tracer* tracer = nullptr);
  // If Shutdown was not called, shuts down without waiting for in-flight calls.
  ~GrpcServer();

  int port() const;
  // The calls of every method of the contract, and of unknown methods. Valid until the server is destroyed.
  const CallStatisticsSource& calls() const;
  // Sets the health status of the whole server (the name "") and of every gRPC service. A separate health
  // listener, if configured, reports the same status.
  void SetServing(bool serving);
  // Sets the health status of `part`, a part of the process that is not a gRPC service, such as "email.smtp".
  // Before the first call for `part`, a health check of this name returns NOT_FOUND.
  void SetServing(const std::string& part, bool serving);
  // Re-reads the TLS files. New connections use changed files if these are valid; otherwise the previous
  // files stay in use, and one warning logs the reason. Blocks on files. No effect without TLS.
  void ReloadCertificates();
  // Changes nothing yet. Returns a function that authenticates new calls with these options, while in-flight
  // calls continue; the function can't fail, and must not be called after the server is destroyed.
  // INVALID_ARGUMENT if the options are invalid.
  absl::StatusOr<std::function<void()>> PrepareAuthentication(const GrpcAuthOptions& options);
  // Graceful shutdown: health becomes NOT_SERVING, new calls are rejected, and in-flight calls finish. At
  // `deadline`, remaining calls are cancelled: queued calls do not start, and running handlers end by their
  // own deadlines. Blocks until all calls have ended. Must not be called from a signal handler.
  void Shutdown(Deadline deadline);

 private:
  class Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
