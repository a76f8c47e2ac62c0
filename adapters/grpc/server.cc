#include "adapters/grpc/server.h"

#include <utility>

#include "adapters/grpc/rpc_server.h"
#include "adapters/grpc/services.h"

namespace keelson {

class GrpcServer::Impl {
 public:
  explicit Impl(std::unique_ptr<RpcServer> engine) : engine_(std::move(engine)) {}
  RpcServer& engine() { return *engine_; }

 private:
  std::unique_ptr<RpcServer> engine_;
};

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const GrpcServerOptions& options,
                                                              UseCases& use_cases, Store& store,
                                                              Entropy& entropy, Log& log) {
  RpcServer::Services services;
  services.push_back(MakeAccountService(use_cases));
  services.push_back(MakeOrderService(use_cases));
  services.push_back(MakeRefundService(use_cases));
  services.push_back(MakeNotificationService(use_cases));
  absl::StatusOr<std::unique_ptr<RpcServer>> engine =
      RpcServer::Start(options, std::move(services), store, entropy, log);
  if (!engine.ok()) return engine.status();
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::make_unique<Impl>(*std::move(engine))));
}

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() = default;

int GrpcServer::port() const {
  return impl_->engine().port();
}

void GrpcServer::SetServing(bool serving) {
  impl_->engine().SetServing(serving);
}

void GrpcServer::SetServing(const std::string& part, bool serving) {
  impl_->engine().SetServing(part, serving);
}

void GrpcServer::ReloadCertificates() {
  impl_->engine().ReloadCertificates();
}

absl::Status GrpcServer::SetAuthentication(const GrpcAuthOptions& options) {
  return impl_->engine().SetAuthentication(options);
}

void GrpcServer::Shutdown(Deadline deadline) {
  impl_->engine().Shutdown(deadline);
}

}  // namespace keelson
