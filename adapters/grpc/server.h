// The service over gRPC, on one port: its methods, health, and reflection where it is wanted.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/repositories.h"
#include "core/use_cases.h"

namespace keelson {

// Thread-safe. What Start is handed must outlive the server.
class GrpcServer {
 public:
  // Listens and answers, with its health NOT_SERVING until SetServing. INVALID_ARGUMENT where an option makes
  // no sense or the files of TLS can't be used, UNAVAILABLE where the address can't be listened on (a port in
  // use, say); the message is for the operator and names the cause. Reads of `store` that never wait are
  // answered on the transport's own threads; else those that wait at once are read together.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const GrpcServerOptions& options,
                                                           UseCases& use_cases, Store& store,
                                                           Entropy& entropy, Log& log);
  // Shuts down at once unless Shutdown was called.
  ~GrpcServer();

  int port() const;
  // What health says, for "" and for every service, here and where health alone is served.
  void SetServing(bool serving);
  // What it says of a part of the process that is no service, by a name of its own. Until it is set nothing
  // is known of it (NOT_FOUND).
  void SetServing(const std::string& part, bool serving);
  // Re-reads the files of TLS: changed ones are for new connections if they are whole. Otherwise the last
  // good ones stay, and one warning tells the reason. Blocks on files. Nothing where there is no TLS.
  void ReloadCertificates();
  // Recognises callers by these options from now on; calls under way go on. INVALID_ARGUMENT, and nothing
  // changes, where Start would refuse the options.
  absl::Status SetAuthentication(const GrpcAuthOptions& options);
  // Health turns NOT_SERVING, new calls are refused, and those under way are finished. At `deadline` those
  // that are left are cancelled: what waits for a thread isn't begun, and what runs is waited for (its own
  // deadline bounds it). Blocks until no call is left. Not from a signal handler.
  void Shutdown(Deadline deadline);

 private:
  class Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
