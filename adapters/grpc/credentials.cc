#include "adapters/grpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "core/common/strings.h"

namespace keelson {
namespace {

absl::Status CheckReadable(const std::string& path) {
  if (std::ifstream(path)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("can't read ", path, ": ", std::strerror(errno)));
}

// `done` is what OpenSSL has made of a file.
absl::Status FromOpenSsl(bool done, const std::string& path, std::string_view expectation) {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (done) return absl::OkStatus();
  const char* reason = ERR_reason_error_string(error);
  return absl::InvalidArgumentError(
      StrCat(path, " ", expectation, reason == nullptr ? "" : StrCat(" (", std::string_view(reason), ")")));
}

// Loads the files as the library will, which itself only fails handshakes where they are wrong.
absl::Status CheckFiles(const GrpcTlsOptions& options) {
  if (options.cert.empty() || options.key.empty()) {
    return absl::InvalidArgumentError("tls needs both a cert and a key");
  }
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> owned(SSL_CTX_new(TLS_server_method()),
                                                                &SSL_CTX_free);
  SSL_CTX* tls = owned.get();
  if (tls == nullptr) return absl::InternalError("no memory for TLS");

  absl::Status status = CheckReadable(options.cert);
  if (status.ok()) {
    status = FromOpenSsl(SSL_CTX_use_certificate_chain_file(tls, options.cert.c_str()) == 1, options.cert,
                         "holds no certificate in PEM");
  }
  if (status.ok()) status = CheckReadable(options.key);
  if (status.ok()) {
    // Also where the key is not the certificate's.
    status = FromOpenSsl(SSL_CTX_use_PrivateKey_file(tls, options.key.c_str(), SSL_FILETYPE_PEM) == 1,
                         options.key, "holds no private key of the certificate in PEM");
  }
  if (!status.ok() || options.client_ca.empty()) return status;
  status = CheckReadable(options.client_ca);
  if (!status.ok()) return status;
  return FromOpenSsl(SSL_CTX_load_verify_file(tls, options.client_ca.c_str()) == 1, options.client_ca,
                     "holds no certificate in PEM");
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const GrpcTlsOptions& options) {
  namespace tls = grpc::experimental;
  if (options.cert.empty() && options.key.empty() && options.client_ca.empty()) {
    return grpc::InsecureServerCredentials();
  }
  if (absl::Status status = CheckFiles(options); !status.ok()) return status;
  const auto refresh =
      static_cast<unsigned>(std::max<std::int64_t>(1, absl::ToInt64Seconds(options.refresh)));
  tls::TlsServerCredentialsOptions settings(std::make_shared<tls::FileWatcherCertificateProvider>(
      options.key, options.cert, options.client_ca, refresh));
  settings.watch_identity_key_cert_pairs();
  if (options.client_ca.empty()) {
    settings.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  } else {
    settings.watch_root_certs();
    settings.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return tls::TlsServerCredentials(settings);
}

}  // namespace keelson
