#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace keelson::servers {

// A server's side of TLS with a new certificate for 127.0.0.1 that nobody but itself vouches for. Throws
// where OpenSSL fails.
std::shared_ptr<SSL_CTX> SelfSigned();

}  // namespace keelson::servers
