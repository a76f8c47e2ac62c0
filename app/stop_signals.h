#pragma once

#include <csignal>

namespace keelson {

// The signals that ask a process to end: SIGTERM and SIGINT. Make it on the main thread before any other
// thread begins; from then on these signals wait until they are asked for. A closed pipe (SIGPIPE) becomes an
// error of the call that writes to it.
class StopSignals {
 public:
  StopSignals();
  // Blocks until one comes.
  void Wait();
  // From now on one ends the process at once, with exit code 128 and its number.
  void ExitOnNext();

 private:
  sigset_t signals_;
};

}  // namespace keelson
