#pragma once

#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "adapters/grpc/server.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "adapters/telemetry/prometheus/metrics_endpoint.h"
#include "app/background_jobs.h"
#include "app/clock_watch.h"
#include "app/config/config.h"
#include "app/health_watch.h"
#include "app/job_watch.h"
#include "core/common/log.h"
#include "core/notifications/dispatch_messages.h"
#include "core/refunds/settle_refunds.h"
#include "core/store/purge_expired.h"
#include "core/use_cases.h"

namespace keelson {

// The whole service: adapters as configured, the core on them, and what runs beside the calls.
class Service {
 public:
  // Listens and runs. INVALID_ARGUMENT where the configuration is wrong (a bad certificate, a broken
  // template), UNAVAILABLE where an address can't be listened on at this time, else as the adapter fails that
  // can't begin. `log` outlives the service. `before_listening` is called before the first call can come.
  static absl::StatusOr<std::unique_ptr<Service>> Start(const Config& config, Log& log,
                                                        absl::FunctionRef<void()> before_listening);
  // Drains unless that was done.
  ~Service();

  // Whether it has served yet, as health tells. Thread-safe.
  bool ready() const { return health_watch_->ready(); }
  // As GrpcServer has them. Not after Drain.
  void ReloadCertificates() { server_->ReloadCertificates(); }
  absl::Status SetAuthentication(const AuthConfig& auth);

  // Health turns NOT_SERVING, calls under way are finished or, after server.drain, cancelled; then the jobs
  // stop and the store is closed. Blocks. Once.
  void Drain();

 private:
  Service(const Config& config, Log& log)
      : config_(config), log_(log), jobs_(log), flush_jobs_(log), health_jobs_(log), watch_jobs_(log) {}

  absl::Status MakeAdapters();
  absl::Status MakeCore();
  absl::Status Listen();
  void OfferMetrics();
  void StartJobs();
  void StartSending();
  void StartWatching();
  void ReportJob(const JobStatus& job);
  // Of a part of the process, or of the whole server where `part` is empty.
  void SetServing(const std::string& part, bool serving);
  void StopSending();

  const Config config_;
  Log& log_;
  SystemClock clock_;
  SystemEntropy entropy_;
  IdGenerator ids_{clock_, entropy_};
  std::unique_ptr<Store> store_;
  std::unique_ptr<PasswordHasher> hasher_;
  std::unique_ptr<MessageRenderer> renderer_;
  std::vector<std::unique_ptr<EmailProvider>> email_providers_;
  std::unique_ptr<PaymentProvider> payment_provider_;

  std::unique_ptr<UseCases> use_cases_;
  std::unique_ptr<DispatchMessages> dispatch_messages_;
  std::unique_ptr<SettleRefunds> settle_refunds_;
  std::unique_ptr<PurgeExpired> purge_expired_;

  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<HealthWatch> health_watch_;
  // Nothing where they are not wanted, or can't be served.
  std::unique_ptr<MetricsEndpoint> metrics_;
  BackgroundJobs jobs_;
  // Flushes the outbox. Stopped after `jobs_`, because messages that are being sent need their leases
  // renewed.
  BackgroundJobs flush_jobs_;
  BackgroundJobs health_jobs_;
  // Watches all the others, and waits for nothing.
  BackgroundJobs watch_jobs_;
  ClockWatch clock_watch_{clock_, log_};
  JobWatch job_watch_{
      {&jobs_, &flush_jobs_, &health_jobs_}, [this](const JobStatus& job) { ReportJob(job); }, log_};
};

}  // namespace keelson
