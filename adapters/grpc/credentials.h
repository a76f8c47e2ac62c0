#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "adapters/grpc/server_certificates.h"

namespace keelson {

// TLS with the newest of `certificates` for each handshake, for one port. Where the options name client_ca,
// clients must present a certificate of that authority. `certificates` outlives the server's shutdown.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(ServerCertificates& certificates);

}  // namespace keelson
