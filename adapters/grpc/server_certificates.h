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

// The certificates for new TLS handshakes: the latest valid version of the files. Thread-safe.
class ServerCertificates {
 public:
  struct Version {
    // Increases whenever changed files are loaded.
    std::uint64_t number = 0;
    std::shared_ptr<const Certificates> certificates;
  };

  // Returns the errors of ReadCertificates. `log` must outlive the object.
  static absl::StatusOr<std::unique_ptr<ServerCertificates>> Load(const GrpcTlsOptions& options, Log& log);

  // Re-reads the files. Changed files, if valid, replace the current files, and a log line reports the
  // change. Invalid files are not used; a warning logs the reason, but not the same reason twice in a row. A
  // certificate outside of its validity period also causes a warning. Blocks on files.
  void Reload();

  Version current() const;
  const GrpcTlsOptions& options() const { return options_; }

 private:
  ServerCertificates(const GrpcTlsOptions& options, Certificates certificates, Log& log);
  void SetCurrent(Certificates certificates) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WarnOfValidity() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GrpcTlsOptions options_;
  Log& log_;
  mutable absl::Mutex mutex_;
  Version current_ ABSL_GUARDED_BY(mutex_);
  // The last logged reasons, so that a reason is not logged twice in a row; empty: no problem.
  std::string problem_ ABSL_GUARDED_BY(mutex_);
  std::string validity_problem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
