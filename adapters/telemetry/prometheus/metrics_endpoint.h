// Serves the process's metrics for Prometheus at http://HOST:PORT/metrics, in Prometheus's text format.
//
//   grpc_server_started_total                        calls that arrived, by method
//   grpc_server_handled_total{…,grpc_code}           calls that ended, by method and status code
//   grpc_server_handling_seconds                     durations of calls, a histogram by method
//   keelson_calls_in_flight                          calls that arrived and have not ended, by method
//   keelson_job_stalled{job_name}                    1 while a background job is stalled
//   keelson_job_last_success_time_seconds{job_name}  end of the job's last successful run (Unix time); 0:
//   none keelson_build_info{version}                      1 process_… CPU, memory, files and start of the
//   process keelson_email_attempts_total{provider,outcome}   attempts to send, by outcome
//   keelson_email_circuit{provider,state}            1 for the current state of the circuit breaker
//   keelson_email_misconfigured{provider}            1 while the provider rejects its configuration
//   keelson_payment_attempts_total{provider,outcome} calls for refunds, by outcome
//   keelson_payment_circuit{provider,state}          1 for the current state of the circuit breaker
//   keelson_payment_misconfigured{provider}          1 while the provider rejects its configuration
//   keelson_payment_webhooks_total{provider,result}  webhooks, by WebhookResult
//   keelson_payment_reconciliations_total            completed comparisons of the refunds with the providers
//   keelson_payment_reconciliation_time_seconds      end of the last comparison (Unix time); 0: none
//   keelson_payment_differences                      differences that the last comparison did not repair
//   keelson_payment_not_compared                     refunds that the last comparison could not compare
//   keelson_payment_differences_repaired_total       repaired differences
//   keelson_registrations_total                      accounts that RegisterUser created
//   keelson_verifications_total                      addresses verified for the first time
//   keelson_sign_ins_total{outcome}                  sign-ins, by SignInOutcome
//   keelson_sessions_active                          active sessions in the store
//   keelson_hash_slots_in_use                        passwords being hashed
//   keelson_hash_slots_queued                        calls that wait for a hash slot
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/telemetry/prometheus/metrics_sources.h"

namespace keelson {

class MetricsEndpoint {
 public:
  // Starts to serve on threads of the endpoint. `listen` is "HOST:PORT". UNAVAILABLE if the endpoint can't
  // listen on this address. The objects of `sources` must outlive the endpoint.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(const std::string& listen,
                                                                const MetricsSources& sources);
  ~MetricsEndpoint();

  int port() const;

 private:
  class Impl;
  explicit MetricsEndpoint(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
