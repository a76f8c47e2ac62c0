#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapters/grpc/certificates.h"
#include "adapters/grpc/options.h"
#include "core/common/log.h"

namespace keelson {

// The certificates for new handshakes: the newest valid ones. Thread-safe.
class ServerCertificates {
 public:
  struct Version {
    // Increases with each change.
    std::uint64_t number = 0;
    std::shared_ptr<const Certificates> certificates;
  };

  // Fails as ReadCertificates. `log` outlives the certificates.
  static absl::StatusOr<std::unique_ptr<ServerCertificates>> Load(const GrpcTlsOptions& options, Log& log);

  // Re-reads the files. Valid files replace the current ones, and a log line says so. Invalid files change
  // nothing; one warning logs the reason, and another one follows only for another reason. The same holds for
  // a certificate outside of its validity period. Blocks on files.
  void Reload();

  Version current() const;
  const GrpcTlsOptions& options() const { return options_; }

 private:
  ServerCertificates(const GrpcTlsOptions& options, Certificates certificates, Log& log);
  void Take(Certificates certificates) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WarnOfValidity() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GrpcTlsOptions options_;
  Log& log_;
  mutable absl::Mutex mutex_;
  Version current_ ABSL_GUARDED_BY(mutex_);
  // The last logged reasons; empty: no problem.
  std::string problem_ ABSL_GUARDED_BY(mutex_);
  std::string validity_problem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
