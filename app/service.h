#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "adapters/grpc/server.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "adapters/telemetry/otlp/otlp_tracer.h"
#include "adapters/telemetry/prometheus/metrics_endpoint.h"
#include "adapters/webhooks/webhook_server.h"
#include "app/background_jobs.h"
#include "app/clock_watch.h"
#include "app/config/config.h"
#include "app/health_watch.h"
#include "app/job_watch.h"
#include "core/common/log.h"
#include "core/notifications/dispatch_messages.h"
#include "core/refunds/receive_webhook.h"
#include "core/refunds/scheduled_reconciliation.h"
#include "core/refunds/settle_refunds.h"
#include "core/store/purge_expired.h"
#include "core/use_cases.h"

namespace keelson {

// The running service: the configured adapters, the core, the gRPC server and the background jobs.
class Service {
 public:
  // Starts the service. Returns INVALID_ARGUMENT if the configuration is invalid (such as a bad certificate
  // or template), UNAVAILABLE if a listen address is in use, otherwise the error of the adapter that failed
  // to start. `log` must outlive the service. `before_listening` runs before the server accepts the first
  // call.
  static absl::StatusOr<std::unique_ptr<Service>> Start(const Config& config, Log& log,
                                                        absl::FunctionRef<void()> before_listening);
  // Calls Drain if Drain was not called before.
  ~Service();

  // Returns true once the service was SERVING, even if it is NOT_SERVING now. Thread-safe.
  bool ready() const { return health_watch_->ready(); }
  // Both functions forward to the GrpcServer functions of the same name. Do not call them after Drain.
  void ReloadCertificates() { server_->ReloadCertificates(); }
  absl::StatusOr<std::function<void()>> PrepareAuthentication(const AuthConfig& auth);
  // Forwards to the use case of the same name. Do not call it after Drain.
  absl::Status ChangeRefundPolicy(const RefundPolicy& policy) {
    return use_cases_->change_refund_policy.Handle(policy);
  }

  // Graceful shutdown: sets NOT_SERVING, waits up to server.drain for in-flight calls and cancels the rest,
  // stops the background jobs and closes the store. Blocks. Call at most once.
  void Drain();

 private:
  Service(const Config& config, Log& log)
      : config_(config),
        log_(log),
        jobs_(log, clock_),
        flush_jobs_(log, clock_),
        health_jobs_(log, clock_),
        watch_jobs_(log, clock_) {}

  absl::Status MakeAdapters();
  absl::Status MakeCore();
  absl::Status Listen();
  absl::Status ListenForWebhooks();
  absl::Status StartTracer();
  void StartMetrics();
  void StartJobs();
  void StartSending();
  void StartSettling();
  void StartReconciling();
  void StartWatching();
  void ReportJob(const JobStatus& job);
  // Sets the health of `part`, such as "email.smtp"; an empty `part` means the server as a whole.
  void SetServing(const std::string& part, bool serving);
  // Stops the jobs, and saves the outcomes of messages and refunds.
  void StopJobs();
  // Saves the uses of sessions that the job record_session_uses has not saved yet. Call it after the job has
  // stopped.
  void SaveSessionUses();

  const Config config_;
  Log& log_;
  SystemClock clock_;
  SystemEntropy entropy_;
  IdGenerator ids_{clock_, entropy_};
  std::unique_ptr<Store> store_;
  std::unique_ptr<PasswordHasher> hasher_;
  std::unique_ptr<MessageRenderer> renderer_;
  std::vector<std::unique_ptr<EmailProvider>> email_providers_;
  std::vector<std::unique_ptr<PaymentProvider>> payment_providers_;

  std::unique_ptr<UseCases> use_cases_;
  std::unique_ptr<DispatchMessages> dispatch_messages_;
  std::unique_ptr<SettleRefunds> settle_refunds_;
  std::unique_ptr<ReceiveWebhook> receive_webhook_;
  std::unique_ptr<ScheduledReconciliation> reconciliation_;
  std::unique_ptr<PurgeExpired> purge_expired_;

  // Null if payments.webhooks.listen is empty.
  std::unique_ptr<WebhookServer> webhooks_;
  // Null if telemetry.otlp_endpoint is empty.
  std::unique_ptr<OtlpTracer> tracer_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<HealthWatch> health_watch_;
  // Null if telemetry.metrics_listen is empty or the endpoint could not start.
  std::unique_ptr<MetricsEndpoint> metrics_;
  BackgroundJobs jobs_;
  // Saves the outcomes of messages and refunds, and renews the leases of messages. Stopped after `jobs_`,
  // because the leases of messages that `jobs_` is still sending must be renewed.
  BackgroundJobs flush_jobs_;
  BackgroundJobs health_jobs_;
  // Watches the other jobs. Runs on its own thread, because a stalled job must not block it.
  BackgroundJobs watch_jobs_;
  ClockWatch clock_watch_{clock_, log_};
  JobWatch job_watch_{
      {&jobs_, &flush_jobs_, &health_jobs_}, [this](const JobStatus& job) { ReportJob(job); }, log_};
};

}  // namespace keelson
