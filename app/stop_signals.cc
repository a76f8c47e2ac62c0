#include "app/stop_signals.h"

#include <unistd.h>

namespace keelson {
namespace {

// A handler rather than the signal's default, which the kernel denies to the first process of a container.
void ExitAtOnce(int signal) {
  _exit(128 + signal);
}

}  // namespace

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void StopSignals::Wait() {
  int signal = 0;
  sigwait(&signals_, &signal);
}

void StopSignals::ExitOnNext() {
  std::signal(SIGTERM, &ExitAtOnce);
  std::signal(SIGINT, &ExitAtOnce);
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace keelson
