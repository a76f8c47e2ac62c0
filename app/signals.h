#pragma once

#include <csignal>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace keelson {

// Makes SIGTERM and SIGINT end the process at once with exit code 128 + signal number. Without a handler the
// kernel ignores these signals for process 1 of a container. Ignores SIGPIPE, so that writing to a closed
// pipe returns EPIPE.
void ExitOnStopSignals();

// Handles SIGTERM and SIGINT (stop) and SIGHUP (reload) on its own thread from construction on, so that the
// process can be stopped during startup. Must be constructed before any other thread starts: a thread that
// started earlier would receive the signals. Thread-safe.
class ServiceSignals {
 public:
  enum class Request { kStop, kReload };

  ServiceSignals();
  ~ServiceSignals();
  ServiceSignals(const ServiceSignals&) = delete;
  ServiceSignals& operator=(const ServiceSignals&) = delete;

  // After this call, the first stop signal makes Wait return kStop. Before this call, a stop signal ends the
  // process at once. Must be called before the service accepts calls.
  void StopGracefully();

  // Blocks until a signal arrives. A second stop signal ends the process at once, without a graceful
  // shutdown. Several reload signals that arrive between two calls of Wait are one request.
  Request Wait();

 private:
  void Work();
  void Take(int signal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRequest() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stop_ || reload_; }

  sigset_t signals_;
  absl::Mutex mutex_;
  bool graceful_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool reload_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keelson
