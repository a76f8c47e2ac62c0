#include "app/service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "app/adapters.h"
#include "app/grpc_options.h"
#include "app/page_token_key.h"
#include "app/resume_clock.h"
#include "app/service_manager.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/store/export/copy_store.h"

namespace keelson {
namespace {

constexpr absl::Duration kFirstWriteTimeout = absl::Seconds(10);
// Minimum interval between probes of providers. Limits the CPU use if email.circuit.open or
// payments.circuit.open is very short.
constexpr absl::Duration kLeastProbeInterval = absl::Milliseconds(100);
constexpr absl::Duration kPurgeInterval = absl::Minutes(1);
// Well below SessionPolicy::use_precision, which is at least 15 s (sessions.idle_ttl is at least 1 min).
constexpr absl::Duration kSessionUsesInterval = absl::Seconds(5);
constexpr absl::Duration kCountSessionsInterval = absl::Minutes(1);
// Interval at which the job checks whether the next reconciliation is due.
constexpr absl::Duration kReconcilePoll = absl::Seconds(1);
constexpr absl::Duration kCertificateInterval = absl::Seconds(10);
// How long a run of a thread that sends messages or settles refunds waits for work. The run then ends, so
// that an idle thread does not count as stalled.
constexpr absl::Duration kLongestWaitForReady = absl::Minutes(1);
// Added to the longest expected duration of a job's run, because a busy machine delays runs.
constexpr absl::Duration kRunMargin = absl::Seconds(30);
constexpr char kHealthJob[] = "health";

DispatchPolicy DispatchPolicyOf(const EmailConfig& email) {
  return {.from = email.from,
          .concurrency = email.dispatch.concurrency,
          .rate = email.dispatch.rate,
          .timeout = email.dispatch.timeout,
          .lease = email.dispatch.lease,
          .base_delay = email.dispatch.base_delay,
          .max_delay = email.dispatch.max_delay,
          .max_attempts = email.dispatch.max_attempts,
          .circuit = email.circuit};
}

AccountPolicy AccountPolicyOf(const Config& config) {
  return {.verification_ttl = config.accounts.verification_ttl,
          .reset_ttl = config.accounts.reset_ttl,
          .resend_cooldown = config.accounts.resend_cooldown,
          .retention = config.accounts.retention,
          .conceal_existing_email = config.accounts.conceal_existing_email,
          .password_min_length = config.passwords.min_length};
}

template <typename T>
std::vector<T*> PointersTo(const std::vector<std::unique_ptr<T>>& objects) {
  std::vector<T*> pointers;
  for (const std::unique_ptr<T>& object : objects) pointers.push_back(object.get());
  return pointers;
}

// Returns `listen` with the actual port, because the configured port may be 0 (any free port).
std::string AddressOf(const std::string& listen, int port) {
  return StrCat(std::string_view(listen).substr(0, listen.rfind(':')), ":", port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Service>> Service::Start(const Config& config, Log& log,
                                                        absl::FunctionRef<void()> before_listening) {
  std::unique_ptr<Service> service(new Service(config, log));
  RETURN_IF_ERROR(service->MakeAdapters());
  RETURN_IF_ERROR(service->MakeCore());
  before_listening();
  RETURN_IF_ERROR(service->Listen());
  service->StartMetrics();
  service->StartJobs();
  return service;
}

Service::~Service() {
  if (server_ != nullptr) Drain();
}

absl::Status Service::MakeAdapters() {
  ASSIGN_OR_RETURN(renderer_, MakeRenderer(config_, log_));
  ASSIGN_OR_RETURN(email_providers_, MakeEmailProviders(config_, log_));
  ASSIGN_OR_RETURN(payment_providers_, MakePaymentProviders(config_, log_));
  ASSIGN_OR_RETURN(hasher_, MakeHasher(config_, entropy_));
  ASSIGN_OR_RETURN(store_, OpenStore(config_, clock_));
  return absl::OkStatus();
}

absl::Status Service::MakeCore() {
  RETURN_IF_ERROR(ResumeClock(*store_, clock_, log_, Deadline::After(kFirstWriteTimeout)));
  RETURN_IF_ERROR(CheckNoTransfer(*store_, Deadline::After(kFirstWriteTimeout)));
  ASSIGN_OR_RETURN(const Sha256Digest page_token_key,
                   ReadOrMakePageTokenKey(*store_, entropy_, Deadline::After(kFirstWriteTimeout)));
  dispatch_messages_ =
      std::make_unique<DispatchMessages>(DispatchMessages::Ports{*store_, clock_, entropy_, log_, *renderer_},
                                         PointersTo(email_providers_), DispatchPolicyOf(config_.email));
  settle_refunds_ =
      std::make_unique<SettleRefunds>(SettleRefunds::Ports{*store_, clock_, entropy_, ids_, log_},
                                      PointersTo(payment_providers_), config_.payments.settlement);
  receive_webhook_ = std::make_unique<ReceiveWebhook>(*store_, clock_, log_, PointersTo(payment_providers_));
  reconciliation_ = std::make_unique<ScheduledReconciliation>(
      ScheduledReconciliation::Ports{*store_, clock_, entropy_, ids_, log_}, PointersTo(payment_providers_),
      config_.payments.settlement, config_.payments.reconcile);
  use_cases_ = std::make_unique<UseCases>(
      UseCases::Ports{*store_, *hasher_, clock_, entropy_, ids_, *renderer_, *dispatch_messages_,
                      *settle_refunds_, log_},
      UseCases::Settings{.accounts = AccountPolicyOf(config_),
                         .sessions = config_.sessions,
                         .refunds = config_.refunds,
                         .payments = {.providers = config_.payments.providers,
                                      .shared_references = config_.payments.shared_references},
                         .email_providers = config_.email.providers,
                         .page_token_key = page_token_key});
  purge_expired_ = std::make_unique<PurgeExpired>(*store_, clock_, config_.email.dispatch.retention);
  return absl::OkStatus();
}

absl::Status Service::ListenForWebhooks() {
  const std::string& listen = config_.payments.webhooks.listen;
  if (listen.empty()) {
    if (receive_webhook_->enabled()) {
      log_.Write(Severity::kWarning, "payments.webhooks_off",
                 "a payment provider has a webhook key, but payments.webhooks.listen is empty; the service "
                 "receives no webhooks");
    }
    return absl::OkStatus();
  }
  if (!receive_webhook_->enabled()) {
    return absl::InvalidArgumentError(
        "payments.webhooks.listen needs a provider with webhooks in payments.providers; set the provider's "
        "webhook key, such as payments.stripe.webhook_secret, or clear payments.webhooks.listen");
  }
  ASSIGN_OR_RETURN(webhooks_, WebhookServer::Start(listen, *receive_webhook_));
  log_.Write(Severity::kInfo, "payments.webhooks_on", "the service receives webhooks of payment providers",
             {{"address", AddressOf(listen, webhooks_->port())}});
  return absl::OkStatus();
}

absl::Status Service::StartTracer() {
  const TelemetryConfig& telemetry = config_.telemetry;
  if (telemetry.otlp_endpoint.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(tracer_, OtlpTracer::Start(
                                {.endpoint = telemetry.otlp_endpoint, .sampled_ratio = telemetry.trace_ratio},
                                clock_, entropy_, log_));
  return absl::OkStatus();
}

absl::Status Service::Listen() {
  RETURN_IF_ERROR(ListenForWebhooks());
  RETURN_IF_ERROR(StartTracer());
  ASSIGN_OR_RETURN(const GrpcServerOptions options, GrpcOptionsOf(config_));
  ASSIGN_OR_RETURN(server_, GrpcServer::Start(options, *use_cases_, *store_, entropy_, log_, tracer_.get()));
  health_watch_ = std::make_unique<HealthWatch>(
      *store_, *dispatch_messages_, *settle_refunds_, *reconciliation_,
      [this](const std::string& part, bool serving) { SetServing(part, serving); },
      AddressOf(config_.server.listen, server_->port()), log_);
  return absl::OkStatus();
}

// A metrics port in use must not stop the service.
void Service::StartMetrics() {
  const std::string& listen = config_.telemetry.metrics_listen;
  if (listen.empty()) return;
  auto endpoint = MetricsEndpoint::Start(
      listen, {server_->calls(), job_watch_, tracer_.get(), *dispatch_messages_, *settle_refunds_,
               *receive_webhook_, *reconciliation_, use_cases_->account_counters,
               use_cases_->sign_in_counters, use_cases_->count_sessions, *hasher_});
  if (endpoint.ok()) {
    metrics_ = *std::move(endpoint);
  } else {
    log_.Write(Severity::kWarning, "service.no_metrics",
               "the metrics endpoint could not start; the service runs without metrics",
               {{"error", std::string(endpoint.status().message())}});
  }
}

void Service::StartJobs() {
  health_jobs_.Start(
      {kHealthJob, HealthWatch::kInterval, HealthWatch::kLongestRun, [this] { return (*health_watch_)(); }});
  StartSending();
  StartSettling();
  StartReconciling();
  jobs_.Start({"record_session_uses", kSessionUsesInterval, RecordSessionUses::kStoreTimeout + kRunMargin,
               [this] { return use_cases_->record_session_uses.Handle(); }});
  jobs_.Start({"count_sessions", kCountSessionsInterval, CountSessions::kStoreTimeout + kRunMargin,
               [this]() -> absl::StatusOr<bool> {
                 RETURN_IF_ERROR(use_cases_->count_sessions.Handle());
                 return false;
               }});
  jobs_.Start({"purge_expired", kPurgeInterval, PurgeExpired::kStoreTimeout + kRunMargin,
               [this] { return purge_expired_->Handle(); }});
  jobs_.Start({"erase_expired_users", kPurgeInterval, EraseExpiredUsers::kRunTimeout + kRunMargin,
               [this] { return use_cases_->erase_expired_users.Handle(); }});
  if (!config_.server.tls.cert.empty()) {
    jobs_.Start({"reload_certificates", kCertificateInterval, kRunMargin, [this]() -> absl::StatusOr<bool> {
                   ReloadCertificates();
                   return false;
                 }});
  }
  StartWatching();
}

void Service::StartWatching() {
  watch_jobs_.Start({"watch", JobWatch::kInterval, JobWatch::kInterval, [this]() -> absl::StatusOr<bool> {
                       job_watch_();
                       clock_watch_();
                       return false;
                     }});
}

void Service::SetServing(const std::string& part, bool serving) {
  part.empty() ? server_->SetServing(serving) : server_->SetServing(part, serving);
}

void Service::ReportJob(const JobStatus& job) {
  SetServing(StrCat("job.", job.name), !job.stalled);
  // While a health check hangs, HealthWatch itself cannot set NOT_SERVING.
  if (job.name == kHealthJob && job.stalled) health_watch_->NoteHang();
}

void Service::StartSending() {
  const DispatchConfig& dispatch = config_.email.dispatch;
  // At most a quarter of the lease, so that leases are renewed before they expire.
  const absl::Duration interval = std::min(dispatch.poll, dispatch.lease / 4);
  // Returns true until DispatchMessages::Stop is called, because WaitForPendingUpdates has already waited:
  // the next run starts at once.
  flush_jobs_.Start({"keep_outbox", interval,
                     interval + DispatchMessages::LongestFlushAndClaim() + kRunMargin,
                     [this, interval]() -> absl::StatusOr<bool> {
                       const bool sending = dispatch_messages_->WaitForPendingUpdates(interval);
                       ASSIGN_OR_RETURN(const bool more, dispatch_messages_->FlushAndClaim());
                       return sending || more;
                     }});
  jobs_.Start({"probe_email_providers", std::max(config_.email.circuit.open, kLeastProbeInterval),
               dispatch_messages_->LongestProbe() + kRunMargin, [this]() -> absl::StatusOr<bool> {
                 dispatch_messages_->ProbeProviders();
                 return false;
               }});
  for (std::size_t provider = 0; provider < dispatch_messages_->provider_count(); ++provider) {
    const absl::Duration longest_run =
        kLongestWaitForReady + dispatch_messages_->LongestSend(provider) + kRunMargin;
    for (int i = 0; i < dispatch.concurrency; ++i) {
      jobs_.Start({"send_messages", dispatch.poll, longest_run, [this, provider]() -> absl::StatusOr<bool> {
                     dispatch_messages_->WaitForReady(provider, kLongestWaitForReady);
                     dispatch_messages_->SendNext(provider);
                     return true;
                   }});
    }
  }
}

void Service::StartSettling() {
  const absl::Duration poll = config_.payments.poll;
  // The first run claims at once, so that the refunds of a crashed process continue. WaitForOutcomes has
  // already waited: the next run starts at once, until SettleRefunds::Stop is called.
  flush_jobs_.Start({"settle_refunds", poll, poll + settle_refunds_->LongestFlushAndClaim() + kRunMargin,
                     [this, poll]() -> absl::StatusOr<bool> {
                       RETURN_IF_ERROR(settle_refunds_->FlushAndClaim().status());
                       return settle_refunds_->WaitForOutcomes(poll);
                     }});
  jobs_.Start({"probe_payment_providers",
               std::max(config_.payments.settlement.circuit.open, kLeastProbeInterval),
               settle_refunds_->LongestProbe() + kRunMargin, [this]() -> absl::StatusOr<bool> {
                 settle_refunds_->ProbeProviders();
                 return false;
               }});
  const absl::Duration longest_run = kLongestWaitForReady + settle_refunds_->LongestSettle() + kRunMargin;
  for (std::size_t provider = 0; provider < settle_refunds_->provider_count(); ++provider) {
    for (int i = 0; i < config_.payments.settlement.concurrency; ++i) {
      jobs_.Start({"call_payment_provider", poll, longest_run, [this, provider]() -> absl::StatusOr<bool> {
                     settle_refunds_->WaitForReady(provider, kLongestWaitForReady);
                     settle_refunds_->SettleNext(provider);
                     return true;
                   }});
    }
  }
}

void Service::StartReconciling() {
  const absl::Duration interval = config_.payments.reconcile.interval;
  if (interval == absl::ZeroDuration()) return;
  jobs_.Start({"reconcile_payments", std::min(interval, kReconcilePoll),
               reconciliation_->LongestHandle() + kRunMargin, [this] { return reconciliation_->Handle(); }});
}

void Service::StopJobs() {
  dispatch_messages_->Stop();
  settle_refunds_->Stop();
  reconciliation_->Stop();
  jobs_.Stop();
  flush_jobs_.Stop();
  if (const absl::Status status = settle_refunds_->Close(); !status.ok()) {
    log_.Write(
        Severity::kWarning, "service.refunds_left",
        "failed to save the outcomes of refunds during shutdown; these refunds will be requested again "
        "with the same idempotency keys",
        {{"error", status.ToString()}});
  }
  if (const absl::Status status = dispatch_messages_->Close(); !status.ok()) {
    log_.Write(Severity::kWarning, "service.outbox_left",
               "failed to save the outcomes of messages during shutdown; these messages may be sent again",
               {{"error", status.ToString()}});
  }
}

void Service::SaveSessionUses() {
  absl::StatusOr<bool> more;
  do {
    more = use_cases_->record_session_uses.Handle();
  } while (more.ok() && *more);
  if (!more.ok()) {
    log_.Write(Severity::kWarning, "service.session_uses_lost",
               "failed to save the last uses of sessions during shutdown",
               {{"error", more.status().ToString()}});
  }
}

absl::StatusOr<std::function<void()>> Service::PrepareAuthentication(const AuthConfig& auth) {
  ASSIGN_OR_RETURN(const GrpcAuthOptions options, GrpcAuthOf(auth));
  return server_->PrepareAuthentication(options);
}

void Service::Drain() {
  // The health jobs stop first, so that no health check sets SERVING during the shutdown.
  watch_jobs_.Stop();
  health_jobs_.Stop();
  NotifyServiceManager("STOPPING=1");
  log_.Write(Severity::kInfo, "service.draining",
             "the service is shutting down and waits for in-flight calls");
  server_->Shutdown(Deadline::After(config_.server.drain));
  webhooks_.reset();
  StopJobs();
  SaveSessionUses();
  metrics_.reset();
  health_watch_.reset();
  server_.reset();
  tracer_.reset();
  store_.reset();
  log_.Write(Severity::kInfo, "service.stopped", "the service has stopped");
}

}  // namespace keelson
