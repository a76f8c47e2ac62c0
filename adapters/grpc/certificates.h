#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/grpc/options.h"

namespace keelson {

// The contents of the files in GrpcTlsOptions, in PEM.
struct Certificates {
  // The server's own certificate, then those of its issuers.
  std::string chain;
  std::string key;
  // Empty: clients present no certificate.
  std::string client_ca;

  bool operator==(const Certificates&) const = default;
};

// Reads and checks the files as a whole: every certificate and the key parse, no file ends within a block,
// the key is that of the chain's first certificate, and each certificate of the chain is issued by the next
// one. INVALID_ARGUMENT, with the configuration key, the file and the reason, where the library could not
// serve with the files. Blocks on files.
absl::StatusOr<Certificates> ReadCertificates(const GrpcTlsOptions& options);

// Which certificate is not valid at `now`, and since or until when; empty where all are. Needs certificates
// from ReadCertificates.
std::string ValidityProblem(const GrpcTlsOptions& options, const Certificates& certificates, absl::Time now);

}  // namespace keelson
