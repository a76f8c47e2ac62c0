#include "adapters/grpc_client/health_probe.h"

#include "adapters/grpc_client/exchange.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "grpc/health/v1/health.pb.h"

namespace keelson {

absl::Status ProbeHealth(const ConnectionOptions& options, const std::string& service) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  bool valid = false;
  ASSIGN_OR_RETURN(const grpc::Status status,
                   Exchange(options, "/grpc.health.v1.Health/Check", request.SerializeAsString(),
                            [&](const std::string& bytes) { valid = response.ParseFromString(bytes); }));
  if (!status.ok()) {
    const std::string hint = ConnectionHint(options, status);
    return absl::UnavailableError(
        StrCat(options.address, ": ", status.error_message(), hint.empty() ? "" : "; ", hint));
  }
  if (valid && response.status() == HealthCheckResponse::SERVING) return absl::OkStatus();
  const std::string name = valid ? HealthCheckResponse::ServingStatus_Name(response.status()) : "";
  return absl::UnavailableError(
      StrCat(options.address, ": ", name.empty() ? "invalid health response" : name));
}

}  // namespace keelson
