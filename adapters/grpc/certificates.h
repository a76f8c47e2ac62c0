#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/grpc/options.h"

namespace keelson {

// The contents of the files in GrpcTlsOptions, in PEM.
struct Certificates {
  // The server's certificate, followed by the certificates of its issuers.
  std::string chain;
  std::string key;
  // The CA that must have issued the clients' certificates; empty: clients need no certificate.
  std::string client_ca;

  bool operator==(const Certificates&) const = default;
};

// Reads and checks the files: every certificate and the key parse, no file ends within a PEM block, the key
// belongs to the chain's first certificate, and each certificate of the chain is issued by the next one.
// INVALID_ARGUMENT, with configuration key, file and reason, if the server could not use the files. Blocks on
// files.
absl::StatusOr<Certificates> ReadCertificates(const GrpcTlsOptions& options);

// Describes the first certificate that is expired or not yet valid at `now`; empty if all are valid.
// `certificates` must come from ReadCertificates.
std::string ValidityProblem(const GrpcTlsOptions& options, const Certificates& certificates, absl::Time now);

}  // namespace keelson
