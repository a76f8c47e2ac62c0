#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"

namespace keelson {

// In the clear where no certificate is configured. INVALID_ARGUMENT, naming the file, where one can't be read
// or the key isn't the certificate's. Later changes of the files are taken up.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const GrpcTlsOptions& options);

}  // namespace keelson
