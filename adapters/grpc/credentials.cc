#include "adapters/grpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "core/common/strings.h"

namespace keelson {
namespace {

absl::Status CheckPem(std::string_view key, const std::string& path, std::string_view label) {
  std::ifstream file(path);
  if (!file)
    return absl::InvalidArgumentError(StrCat(key, ": can't read ", path, ": ", std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.find("-----BEGIN ") == std::string::npos || text.find(label) == std::string::npos) {
    return absl::InvalidArgumentError(StrCat(key, ": ", path, " holds no ", label, " in PEM"));
  }
  return absl::OkStatus();
}

absl::Status CheckFiles(const GrpcTlsOptions& options) {
  if (options.cert.empty() || options.key.empty()) {
    return absl::InvalidArgumentError("tls needs both a cert and a key");
  }
  absl::Status status = CheckPem("tls.cert", options.cert, "CERTIFICATE");
  if (status.ok()) status = CheckPem("tls.key", options.key, "PRIVATE KEY");
  if (status.ok() && !options.client_ca.empty()) {
    status = CheckPem("tls.client_ca", options.client_ca, "CERTIFICATE");
  }
  return status;
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
