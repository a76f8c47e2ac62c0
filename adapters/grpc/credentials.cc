#include "adapters/grpc/credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/auth_metadata_processor.h>

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace keelson {
namespace {

// grpc::experimental::FileWatcherCertificateProvider aborts the process if a file is empty, and accepts a
// certificate and a key that do not match. Therefore this class uses gRPC's callback before each handshake,
// and passes only pairs that ReadCertificates has checked.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(ServerCertificates& certificates)
      : certificates_(certificates),
        credentials_(grpc_ssl_server_credentials_create_with_options(
                         grpc_ssl_server_credentials_create_options_using_config_fetcher(
                             certificates.options().client_ca.empty()
                                 ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
                             &Fetch, this)),
                     &grpc_server_credentials_release) {}

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_.get());
  }

  static grpc_ssl_certificate_config_reload_status Fetch(void* self,
                                                         grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->Fetch(config);
  }

  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    const ServerCertificates::Version current = certificates_.current();
    const absl::MutexLock lock(&mutex_);
    if (current.number == fetched_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const Certificates& files = *current.certificates;
    const grpc_ssl_pem_key_cert_pair pair{files.key.c_str(), files.chain.c_str()};
    // gRPC requires a CA certificate, but does not use it if no client certificate is requested.
    const std::string& authority = files.client_ca.empty() ? files.chain : files.client_ca;
    *config = grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
    fetched_ = current.number;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  ServerCertificates& certificates_;
  absl::Mutex mutex_;
  std::uint64_t fetched_ ABSL_GUARDED_BY(mutex_) = 0;
  const std::unique_ptr<grpc_server_credentials, decltype(&grpc_server_credentials_release)> credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(ServerCertificates& certificates) {
  return std::make_shared<ReloadingCredentials>(certificates);
}

}  // namespace keelson
