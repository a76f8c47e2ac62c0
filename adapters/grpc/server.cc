#include "adapters/grpc/server.h"

#include <utility>

#include "adapters/grpc/rpc_server.h"
#include "adapters/grpc/services.h"
#include "core/common/status_macros.h"

namespace keelson {

class GrpcServer::Impl {
 public:
  explicit Impl(std::unique_ptr<RpcServer> server) : server_(std::move(server)) {}
  RpcServer& server() { return *server_; }

 private:
  std::unique_ptr<RpcServer> server_;
};

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const GrpcServerOptions& options,
                                                              UseCases& use_cases, Store& store,
                                                              Entropy& entropy, Log& log, Tracer* tracer) {
  RpcServer::Services services;
  services.push_back(MakeAccountService(use_cases));
  services.push_back(MakeSessionService(use_cases));
  services.push_back(MakeOrderService(use_cases));
  services.push_back(MakeRefundService(use_cases));
  services.push_back(MakeLedgerService(use_cases));
  services.push_back(MakeNotificationService(use_cases));
  ASSIGN_OR_RETURN(std::unique_ptr<RpcServer> server,
                   RpcServer::Start(options, std::move(services), store, entropy, log, tracer));
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::make_unique<Impl>(std::move(server))));
}

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() = default;

int GrpcServer::port() const {
  return impl_->server().port();
}

const CallStatisticsSource& GrpcServer::calls() const {
  return impl_->server();
}

void GrpcServer::SetServing(bool serving) {
  impl_->server().SetServing(serving);
}

void GrpcServer::SetServing(const std::string& part, bool serving) {
  impl_->server().SetServing(part, serving);
}

void GrpcServer::ReloadCertificates() {
  impl_->server().ReloadCertificates();
}

absl::StatusOr<std::function<void()>> GrpcServer::PrepareAuthentication(const GrpcAuthOptions& options) {
  return impl_->server().PrepareAuthentication(options);
}

void GrpcServer::Shutdown(Deadline deadline) {
  impl_->server().Shutdown(deadline);
}

}  // namespace keelson
