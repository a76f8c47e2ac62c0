#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace keelson::servers {

// A TLS server context with a new self-signed certificate for 127.0.0.1. Throws if OpenSSL fails.
std::shared_ptr<SSL_CTX> SelfSigned();

// The certificate and key of such a context, in PEM.
std::string CertificatePem(const SSL_CTX* context);
std::string KeyPem(const SSL_CTX* context);

}  // namespace keelson::servers
