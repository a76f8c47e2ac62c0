#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace keelson::servers {

// A server's side of TLS with a new certificate for 127.0.0.1 that nobody but itself vouches for. Throws
// where OpenSSL fails.
std::shared_ptr<SSL_CTX> SelfSigned();

// The certificate and the key of such a side, as files have them.
std::string CertificatePem(const SSL_CTX* context);
std::string KeyPem(const SSL_CTX* context);

}  // namespace keelson::servers
