#pragma once

#include <csignal>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace keelson {

// From now on SIGTERM and SIGINT end the process at once, with the exit code 128 and the signal's number;
// also the first process of a container, which the kernel otherwise spares. A closed pipe (SIGPIPE) becomes
// an error of the call that writes to it.
void ExitOnStopSignals();

// The signals that a service acts on: SIGTERM and SIGINT to stop, SIGHUP to reload. A thread of its own takes
// them from the moment of construction, so that the service stops at once while it starts. Construct before
// any other thread begins, or that thread takes the signals. Thread-safe.
class ServiceSignals {
 public:
  enum class Request { kStop, kReload };

  ServiceSignals();
  ~ServiceSignals();
  ServiceSignals(const ServiceSignals&) = delete;
  ServiceSignals& operator=(const ServiceSignals&) = delete;

  // Call before the service accepts calls. Until then a signal to stop ends the process at once, as above.
  void StopGracefully();

  // Blocks until a signal comes. A second signal to stop ends the process at once, because the service takes
  // too long to stop. Signals to reload that come together are one request.
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
