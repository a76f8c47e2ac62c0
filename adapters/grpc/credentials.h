#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "adapters/grpc/server_certificates.h"

namespace keelson {

// TLS credentials for one port; each handshake uses the current version of `certificates`. If the options
// have a client_ca, clients must present a certificate of that CA. `certificates` must outlive the server's
// shutdown.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(ServerCertificates& certificates);

}  // namespace keelson
