#include "adapters/grpc/health_listener.h"

#include <grpcpp/server_builder.h>

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapters/grpc/listen_error.h"
#include "adapters/grpc/server_settings.h"

namespace keelson {
namespace {

constexpr absl::Duration kIdlePoll = absl::Milliseconds(5);
// Small limits suffice: a request contains only the name of a service.
constexpr ServerLimits kLimits = {.max_message_bytes = 4096, .buffer_bytes = std::size_t{8} << 20};

}  // namespace

absl::StatusOr<std::unique_ptr<HealthListener>> HealthListener::Start(const std::string& address) {
  std::unique_ptr<HealthListener> listener(new HealthListener());
  grpc::ServerBuilder builder;
  ApplySettings(kLimits, builder);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &listener->port_);
  builder.RegisterAsyncGenericService(&listener->unknown_methods_.service());
  builder.RegisterService(&listener->health_);
  listener->queue_ = builder.AddCompletionQueue();
  listener->server_ = builder.BuildAndStart();
  if (listener->server_ == nullptr) return ExplainListenFailure("server.health_listen", address);
  listener->unknown_methods_.Open(*listener->queue_);
  listener->health_.Open(*listener->queue_);
  listener->thread_ = std::thread(&HealthListener::Run, listener.get());
  return listener;
}

HealthListener::~HealthListener() {
  // A deadline in the past cancels in-flight calls immediately.
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::time_point());
  health_.Close();
  while (unknown_methods_.open_calls() > 0 || health_.open_streams() > 0) absl::SleepFor(kIdlePoll);
  queue_->Shutdown();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    // gRPC requires that the queue is drained, even if the server never started.
    Run();
  }
}

void HealthListener::Run() {
  void* tag = nullptr;
  for (bool ok = false; queue_->Next(&tag, &ok);) static_cast<QueueEvent*>(tag)->Happened(ok);
}

}  // namespace keelson
