#include "adapters/grpc/rpc_server.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "adapters/grpc/credentials.h"
#include "adapters/grpc/listen_error.h"
#include "adapters/grpc/reflection_service.h"
#include "adapters/grpc/server_settings.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Each queue allocates slots for calls, and in benchmarks, more than 16 queues had no benefit.
constexpr unsigned kMaxQueues = 16;
constexpr absl::Duration kIdlePoll = absl::Milliseconds(5);
// Time to send the last responses. Afterwards, open streams are cancelled, because some, such as health's
// Watch, never end.
constexpr absl::Duration kFlushTimeout = absl::Milliseconds(100);

// Limits of batched reads. Two batches run concurrently: while the store executes one, the responses of the
// other are sent.
constexpr int kMaxReadsPerBatch = 64;
constexpr int kConcurrentReadBatches = 2;

// Minimum size of gRPC's buffers: enough for about 4000 connections.
constexpr std::size_t kMinBufferBytes = std::size_t{64} << 20;
constexpr std::size_t kLargestRequestsAtOnce = 32;

ServerLimits LimitsOf(const GrpcServerOptions& options) {
  // gRPC's limit is twice the dispatcher's, so that a message slightly above the dispatcher's limit gets the
  // dispatcher's error, which contains the limit.
  return {.max_message_bytes = options.max_receive_bytes * 2,
          .buffer_bytes = std::max(kMinBufferBytes, kLargestRequestsAtOnce * options.max_receive_bytes)};
}

WorkerPool::Limits ReaderLimits(const GrpcServerOptions& options, const StoreTraits& store) {
  if (store.batched_reads == nullptr) return {options.workers, options.queue};
  return {kConcurrentReadBatches, options.queue, kMaxReadsPerBatch};
}

WorkerPool::RunJobs RunReads(const StoreTraits& store) {
  if (store.batched_reads == nullptr) return WorkerPool::RunEach;
  return [&reads = *store.batched_reads](const WorkerPool::Jobs& jobs, google::protobuf::Arena& arena) {
    std::vector<ReadCall> calls;
    calls.reserve(jobs.size());
    for (WorkerPool::Job* job : jobs) calls.push_back({job->deadline(), [job, &arena] { job->Run(arena); }});
    reads.RunBatch(calls);
  };
}

unsigned QueueCount(const GrpcServerOptions& options) {
  if (options.completion_queues > 0) return static_cast<unsigned>(options.completion_queues);
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxQueues);
}

absl::Status CheckOptions(const GrpcServerOptions& options) {
  for (const std::string& listen : {options.listen, options.health_listen}) {
    // For an address without a port, gRPC would use the HTTPS port.
    if (!listen.empty() && listen.find(':') == std::string::npos) {
      return absl::InvalidArgumentError(
          StrCat("can't listen on ", listen, ": the address must be HOST:PORT"));
    }
  }
  if (options.workers < 1) return absl::InvalidArgumentError("workers must be at least 1");
  if (options.queue < 0) return absl::InvalidArgumentError("queue must not be negative");
  if (options.default_deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("default_deadline must be positive");
  }
  if (options.auth.mode == GrpcAuthOptions::Mode::kMtls && options.tls.client_ca.empty()) {
    return absl::InvalidArgumentError("auth.mode mtls requires server.tls.client_ca");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const GrpcServerOptions& options,
                                                            Services services, Store& store, Entropy& entropy,
                                                            Log& log, Tracer* tracer) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(Authenticator authenticator, Authenticator::Create(options.auth));
  std::unique_ptr<ServerCertificates> certificates;
  if (options.tls.enabled()) {
    ASSIGN_OR_RETURN(certificates, ServerCertificates::Load(options.tls, log));
  }

  PrepareLibrary();
  std::unique_ptr<RpcServer> server(new RpcServer(options, std::move(services), std::move(authenticator),
                                                  std::move(certificates), store.traits(), entropy, log,
                                                  tracer));
  RETURN_IF_ERROR(server->Listen(options, store.traits().reads_inline));
  server->SetServing(false);
  server->StartThreads();
  return server;
}

RpcServer::RpcServer(const GrpcServerOptions& options, Services services, Authenticator authenticator,
                     std::unique_ptr<ServerCertificates> certificates, const StoreTraits& store,
                     Entropy& entropy, Log& log, Tracer* tracer)
    : services_(std::move(services)),
      reflection_(options.reflection ? MakeReflectionServices(ServiceNames())
                                     : std::vector<std::unique_ptr<OpenService>>()),
      dispatcher_(std::move(authenticator), {options.default_deadline, options.max_receive_bytes}, entropy,
                  log, tracer),
      workers_({options.workers, options.queue}),
      writers_({std::min(options.workers, store.max_concurrent_writes), options.queue}),
      readers_(ReaderLimits(options, store), RunReads(store)),
      certificates_(std::move(certificates)),
      credentials_(certificates_ == nullptr ? grpc::InsecureServerCredentials()
                                            : TlsCredentials(*certificates_)) {}

RpcServer::~RpcServer() {
  if (server_ != nullptr) Shutdown(Deadline::After(absl::ZeroDuration()));
}

absl::Status RpcServer::Listen(const GrpcServerOptions& options, bool inline_reads) {
  if (!options.health_listen.empty()) {
    ASSIGN_OR_RETURN(health_listener_, HealthListener::Start(options.health_listen));
  }
  grpc::ServerBuilder builder;
  ApplySettings(LimitsOf(options), builder);
  builder.AddListeningPort(options.listen, credentials_, &port_);
  for (const std::unique_ptr<RpcService>& service : services_) builder.RegisterService(service.get());
  builder.RegisterAsyncGenericService(&unknown_methods_.service());
  builder.RegisterService(&health_);
  for (const std::unique_ptr<OpenService>& service : reflection_) builder.RegisterService(service.get());
  for (unsigned i = 0; i < QueueCount(options); ++i) {
    queues_.push_back(std::make_unique<CallQueue>(builder.AddCompletionQueue(), dispatcher_,
                                                  CallQueue::Workers{workers_, writers_, readers_},
                                                  inline_reads));
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    DrainQueues();
    return ExplainListenFailure("server.listen", options.listen);
  }
  grpc::ServerCompletionQueue& queue = *queues_.front()->completion_queue();
  unknown_methods_.Open(queue);
  health_.Open(queue);
  for (const std::unique_ptr<OpenService>& service : reflection_) service->Open(queue);
  return absl::OkStatus();
}

std::vector<CallStatistics> RpcServer::ListCalls() const {
  std::vector<CallStatistics> calls;
  for (const std::unique_ptr<RpcService>& service : services_) service->ListCalls(calls);
  unknown_methods_.ListCalls(calls);
  return calls;
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

// gRPC requires that every queue is shut down and drained, even if the server never started.
void RpcServer::DrainQueues() {
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
  health_.SetServing(part, serving);
  if (health_listener_ != nullptr) health_listener_->SetServing(part, serving);
}

void RpcServer::ReloadCertificates() {
  if (certificates_ != nullptr) certificates_->Reload();
}

absl::StatusOr<std::function<void()>> RpcServer::PrepareAuthentication(const GrpcAuthOptions& options) {
  ASSIGN_OR_RETURN(Authenticator created, Authenticator::Create(options));
  return [this, authenticator = std::make_shared<const Authenticator>(std::move(created))] {
    dispatcher_.SetAuthenticator(authenticator);
  };
}

bool RpcServer::HasCalls() const {
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const auto& queue) { return queue->in_flight() > 0; });
}

bool RpcServer::HasOpenStreams() const {
  return unknown_methods_.open_calls() > 0 || health_.open_streams() > 0 ||
         std::any_of(reflection_.begin(), reflection_.end(),
                     [](const auto& service) { return service->open_streams() > 0; });
}

void RpcServer::WaitForCalls(Deadline deadline) const {
  while (!deadline.expired() && HasCalls()) absl::SleepFor(kIdlePoll);
}

void RpcServer::Shutdown(Deadline deadline) {
  absl::MutexLock lock(&shutdown_mutex_);
  if (std::exchange(shut_down_, true)) return;
  SetServing(false);
  // gRPC would end new calls with CANCELLED. Instead, the dispatcher rejects them with UNAVAILABLE and a
  // retry delay.
  dispatcher_.Close();
  for (const std::unique_ptr<CallQueue>& queue : queues_) queue->EndReceiving();
  WaitForCalls(deadline);
  dispatcher_.CancelQueued();
  const absl::Duration flush_timeout = std::min(deadline.remaining(), kFlushTimeout);
  server_->Shutdown(gpr_time_from_millis(absl::ToInt64Milliseconds(flush_timeout), GPR_TIMESPAN));
  workers_.Stop();
  writers_.Stop();
  readers_.Stop();
  // A stream continues on its queue's thread after its last batch, and an open stream until it is cancelled.
  health_.Close();
  while (HasCalls() || HasOpenStreams()) absl::SleepFor(kIdlePoll);
  for (const std::unique_ptr<CallQueue>& queue : queues_) queue->ShutDown();
  for (std::thread& thread : threads_) thread.join();
  health_listener_.reset();
}

}  // namespace keelson
