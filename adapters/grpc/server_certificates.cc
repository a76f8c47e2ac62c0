#include "adapters/grpc/server_certificates.h"

#include "absl/time/clock.h"
#include "core/common/status_macros.h"

namespace keelson {

absl::StatusOr<std::unique_ptr<ServerCertificates>> ServerCertificates::Load(const GrpcTlsOptions& options,
                                                                             Log& log) {
  ASSIGN_OR_RETURN(Certificates certificates, ReadCertificates(options));
  return std::unique_ptr<ServerCertificates>(new ServerCertificates(options, std::move(certificates), log));
}

ServerCertificates::ServerCertificates(const GrpcTlsOptions& options, Certificates certificates, Log& log)
    : options_(options), log_(log) {
  const absl::MutexLock lock(&mutex_);
  SetCurrent(std::move(certificates));
  WarnOfValidity();
}

void ServerCertificates::SetCurrent(Certificates certificates) {
  current_.certificates = std::make_shared<const Certificates>(std::move(certificates));
  ++current_.number;
}

void ServerCertificates::Reload() {
  absl::StatusOr<Certificates> read = ReadCertificates(options_);
  const absl::MutexLock lock(&mutex_);
  if (!read.ok()) {
    const std::string reason(read.status().message());
    if (std::exchange(problem_, reason) == reason) return;
    log_.Write(Severity::kWarning, "tls.reload_failed",
               "the TLS files can't be read or are invalid; new connections use the last valid files",
               {{"error", reason}});
    return;
  }
  problem_.clear();
  if (*read != *current_.certificates) {
    SetCurrent(*std::move(read));
    log_.Write(Severity::kInfo, "tls.reloaded", "the TLS files were reloaded; new connections use them",
               {{"cert", options_.cert}});
  }
  WarnOfValidity();
}

void ServerCertificates::WarnOfValidity() {
  const std::string problem = ValidityProblem(options_, *current_.certificates, absl::Now());
  if (std::exchange(validity_problem_, problem) == problem || problem.empty()) return;
  log_.Write(Severity::kWarning, "tls.not_valid",
             "a TLS certificate is expired or not yet valid; connections that need it will fail",
             {{"error", problem}});
}

ServerCertificates::Version ServerCertificates::current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

}  // namespace keelson
