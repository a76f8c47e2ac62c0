#include "app/signals.h"

#include <unistd.h>

namespace keelson {
namespace {

void ExitAtOnce(int signal) {
  _exit(128 + signal);
}

}  // namespace

void ExitOnStopSignals() {
  std::signal(SIGTERM, &ExitAtOnce);
  std::signal(SIGINT, &ExitAtOnce);
  std::signal(SIGPIPE, SIG_IGN);
}

ServiceSignals::ServiceSignals() {
  sigemptyset(&signals_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
  // Threads that start later inherit the signal mask, so that only thread_ receives the signals.
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread([this] { Work(); });
}

ServiceSignals::~ServiceSignals() {
  {
    const absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void ServiceSignals::Work() {
  for (;;) {
    int signal = 0;
    sigwait(&signals_, &signal);
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    Take(signal);
  }
}

void ServiceSignals::Take(int signal) {
  if (signal == SIGHUP) {
    reload_ = true;
  } else if (graceful_ && !stop_) {
    stop_ = true;
  } else {
    ExitAtOnce(signal);
  }
}

void ServiceSignals::StopGracefully() {
  const absl::MutexLock lock(&mutex_);
  graceful_ = true;
}

ServiceSignals::Request ServiceSignals::Wait() {
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &ServiceSignals::HasRequest));
  if (stop_) return Request::kStop;
  reload_ = false;
  return Request::kReload;
}

}  // namespace keelson
