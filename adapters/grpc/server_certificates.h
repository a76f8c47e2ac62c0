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

// The certificates for new handshakes: the newest ones that were whole. Thread-safe.
class ServerCertificates {
 public:
  struct Version {
    // Rises with each change.
    std::uint64_t number = 0;
    std::shared_ptr<const Certificates> certificates;
  };

  // Fails as ReadCertificates. `log` outlives the certificates.
  static absl::StatusOr<std::unique_ptr<ServerCertificates>> Load(const GrpcTlsOptions& options, Log& log);

  // Re-reads the files. Whole ones are taken, which is logged. Others change nothing; the reason is logged as
  // a warning, once for as long as it stays the same. So is a certificate that is not valid at this time.
  // Blocks on files.
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
  // What was logged last; empty: nothing is wrong.
  std::string problem_ ABSL_GUARDED_BY(mutex_);
  std::string validity_problem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
