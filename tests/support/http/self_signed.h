#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace keelson::servers {

// Returns a TLS server context with a new self-signed certificate for 127.0.0.1. Throws if OpenSSL fails.
std::shared_ptr<SSL_CTX> SelfSigned();

// Return the certificate and the key of a context that SelfSigned has created, in PEM.
std::string CertificatePem(const SSL_CTX* context);
std::string KeyPem(const SSL_CTX* context);

}  // namespace keelson::servers
