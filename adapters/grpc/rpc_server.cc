#include "adapters/grpc/rpc_server.h"

#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "adapters/grpc/credentials.h"
#include "adapters/grpc/listen_error.h"
#include "adapters/grpc/reflection_service.h"
#include "adapters/grpc/server_settings.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// More than these gain nothing that was measured, and each holds its slots.
constexpr unsigned kMaxQueues = 16;
constexpr absl::Duration kIdlePoll = absl::Milliseconds(5);
// For the last answers to leave. What is open then are streams that would never end, such as health's.
constexpr absl::Duration kFarewell = absl::Milliseconds(100);

// Short reads that wait are made by the batch, of at most so many. One is read and written here while the
// store works on the other.
constexpr int kReadsTogether = 64;
constexpr int kReadBatches = 2;

// Enough buffers for some four thousand connections, or for so many of the largest requests.
constexpr std::size_t kMinBufferBytes = std::size_t{64} << 20;
constexpr std::size_t kLargestRequestsAtOnce = 32;

ServerLimits LimitsOf(const GrpcServerOptions& options) {
  // Twice the dispatcher's limit: up to here a caller gets the dispatcher's response, which tells the limit.
  return {.max_message_bytes = options.max_receive_bytes * 2,
          .buffer_bytes = std::max(kMinBufferBytes, kLargestRequestsAtOnce * options.max_receive_bytes)};
}

void ReadTogether(Store& store, const WorkerPool::Jobs& jobs, google::protobuf::Arena& arena) {
  std::vector<ReadCall> calls;
  calls.reserve(jobs.size());
  for (WorkerPool::Job* job : jobs) calls.push_back({job->deadline(), [job, &arena] { job->Run(arena); }});
  store.ReadTogether(calls);
}

unsigned QueueCount(const GrpcServerOptions& options) {
  if (options.completion_queues > 0) return static_cast<unsigned>(options.completion_queues);
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxQueues);
}

absl::Status CheckOptions(const GrpcServerOptions& options) {
  for (const std::string& listen : {options.listen, options.health_listen}) {
    // The library would take HTTPS's port.
    if (!listen.empty() && listen.find(':') == std::string::npos) {
      return absl::InvalidArgumentError(StrCat("can't listen on ", listen, ": it has no port"));
    }
  }
  if (options.workers < 1) return absl::InvalidArgumentError("workers must be at least 1");
  if (options.queue < 0) return absl::InvalidArgumentError("queue must not be negative");
  if (options.default_deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("default_deadline must be positive");
  }
  if (options.auth.mode == GrpcAuthOptions::Mode::kMtls && options.tls.client_ca.empty()) {
    return absl::InvalidArgumentError("auth.mode mtls needs tls.client_ca");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const GrpcServerOptions& options,
                                                            Services services, Store& store, Entropy& entropy,
                                                            Log& log) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  absl::StatusOr<Authenticator> authenticator = Authenticator::Create(options.auth);
  if (!authenticator.ok()) return authenticator.status();
  std::unique_ptr<ServerCertificates> certificates;
  if (options.tls.enabled()) {
    auto loaded = ServerCertificates::Load(options.tls, log);
    if (!loaded.ok()) return loaded.status();
    certificates = *std::move(loaded);
  }

  PrepareLibrary();
  std::unique_ptr<RpcServer> engine(new RpcServer(options, std::move(services), *std::move(authenticator),
                                                  std::move(certificates), store, entropy, log));
  absl::Status status = engine->Listen(options, store.reads_inline());
  if (!status.ok()) return status;
  engine->SetServing(false);
  engine->StartThreads();
  return engine;
}

RpcServer::RpcServer(const GrpcServerOptions& options, Services services, Authenticator authenticator,
                     std::unique_ptr<ServerCertificates> certificates, Store& store, Entropy& entropy,
                     Log& log)
    : services_(std::move(services)),
      reflection_(options.reflection ? MakeReflectionServices(ServiceNames())
                                     : std::vector<std::unique_ptr<grpc::Service>>()),
      dispatcher_(std::move(authenticator), {options.default_deadline, options.max_receive_bytes}, entropy,
                  log),
      workers_({options.workers, options.queue}),
      writers_({std::min(options.workers, store.concurrent_writes()), options.queue}),
      readers_({kReadBatches, options.queue, kReadsTogether},
               [&store](const WorkerPool::Jobs& jobs, google::protobuf::Arena& arena) {
                 ReadTogether(store, jobs, arena);
               }),
      certificates_(std::move(certificates)),
      credentials_(certificates_ == nullptr ? grpc::InsecureServerCredentials()
                                            : TlsCredentials(*certificates_)) {}

RpcServer::~RpcServer() {
  if (server_ != nullptr) Shutdown(Deadline::After(absl::ZeroDuration()));
}

absl::Status RpcServer::Listen(const GrpcServerOptions& options, bool inline_reads) {
  if (!options.health_listen.empty()) {
    auto listener = HealthListener::Start(options.health_listen);
    if (!listener.ok()) return listener.status();
    health_listener_ = *std::move(listener);
  }
  grpc::ServerBuilder builder;
  ApplySettings(LimitsOf(options), builder);
  builder.AddListeningPort(options.listen, credentials_, &port_);
  for (const std::unique_ptr<RpcService>& service : services_) builder.RegisterService(service.get());
  for (const std::unique_ptr<grpc::Service>& service : reflection_) builder.RegisterService(service.get());
  for (unsigned i = 0; i < QueueCount(options); ++i) {
    queues_.push_back(std::make_unique<CallQueue>(builder.AddCompletionQueue(), dispatcher_,
                                                  CallQueue::Workers{workers_, writers_, readers_},
                                                  inline_reads));
  }
  server_ = builder.BuildAndStart();
  if (server_ != nullptr) return absl::OkStatus();
  DropQueues();
  return ExplainListenFailure("server.listen", options.listen);
}

std::vector<std::string> RpcServer::ServiceNames() const {
  std::vector<std::string> names;
  for (const std::unique_ptr<RpcService>& service : services_) names.push_back(service->name());
  return names;
}

void RpcServer::StartThreads() {
  for (const std::unique_ptr<CallQueue>& queue : queues_) {
    queue->PostAll(services_);
    threads_.emplace_back([&queue = *queue] { queue.Run(); });
  }
}

// The library wants every queue shut down and emptied, also one that never served.
void RpcServer::DropQueues() {
  for (const std::unique_ptr<CallQueue>& queue : queues_) {
    queue->ShutDown();
    queue->Run();
  }
}

void RpcServer::SetServing(bool serving) {
  SetServing("", serving);
  for (const std::unique_ptr<RpcService>& service : services_) SetServing(service->name(), serving);
}

void RpcServer::SetServing(const std::string& part, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(part, serving);
  if (health_listener_ != nullptr) health_listener_->SetServing(part, serving);
}

void RpcServer::ReloadCertificates() {
  if (certificates_ != nullptr) certificates_->Reload();
}

absl::Status RpcServer::SetAuthentication(const GrpcAuthOptions& options) {
  absl::StatusOr<Authenticator> authenticator = Authenticator::Create(options);
  if (!authenticator.ok()) return authenticator.status();
  dispatcher_.SetAuthenticator(*std::move(authenticator));
  return absl::OkStatus();
}

void RpcServer::AwaitIdle(Deadline deadline) const {
  const auto busy = [](const std::unique_ptr<CallQueue>& queue) { return queue->under_way() > 0; };
  while (!deadline.expired() && std::any_of(queues_.begin(), queues_.end(), busy)) {
    absl::SleepFor(kIdlePoll);
  }
}

void RpcServer::Shutdown(Deadline deadline) {
  absl::MutexLock lock(&shutdown_mutex_);
  if (std::exchange(shut_down_, true)) return;
  SetServing(false);
  // The library would answer calls that still arrive as cancelled, so they are refused here first, in a way
  // that a client can act on.
  dispatcher_.Close();
  AwaitIdle(deadline);
  const absl::Duration farewell = std::min(deadline.remaining(), kFarewell);
  server_->Shutdown(gpr_time_from_millis(absl::ToInt64Milliseconds(farewell), GPR_TIMESPAN));
  workers_.Stop();
  writers_.Stop();
  readers_.Stop();
  for (const std::unique_ptr<CallQueue>& queue : queues_) queue->ShutDown();
  for (std::thread& thread : threads_) thread.join();
  health_listener_.reset();
}

}  // namespace keelson
