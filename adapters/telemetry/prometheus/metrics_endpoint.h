// The process's figures for Prometheus: http://HOST:PORT/metrics, in its text format.
//
//   keelson_email_attempts_total{provider,outcome}   attempts to send, by what became of them
//   keelson_email_circuit{provider,state}            1 for the state that the provider's circuit is in
//   keelson_email_misconfigured{provider}            1 while a provider refuses how it is set up
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/notifications/provider_status.h"

namespace keelson {

class MetricsEndpoint {
 public:
  // Serves at once, on threads of its own. `listen` is "HOST:PORT"; UNAVAILABLE where it can't be had.
  // `providers` outlives the endpoint.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(const std::string& listen,
                                                                const ProviderStatuses& providers);
  ~MetricsEndpoint();

  int port() const;

 private:
  class Impl;
  explicit MetricsEndpoint(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
