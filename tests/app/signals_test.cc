#include "app/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace keelson {
namespace {

constexpr int kEndedGracefully = 7;

// Returns the exit code of a process that receives SIGTERM before it calls Wait. If `graceful`, the process
// calls StopGracefully before it receives the signal.
int ExitCodeAfterStop(bool graceful) {
  const pid_t child = fork();
  if (child == 0) {
    ServiceSignals signals;
    if (graceful) signals.StopGracefully();
    kill(getpid(), SIGTERM);
    _exit(signals.Wait() == ServiceSignals::Request::kStop ? kEndedGracefully : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_CASE("after StopGracefully, a SIGTERM that arrives before Wait makes Wait return kStop") {
  CHECK(ExitCodeAfterStop(true) == kEndedGracefully);
}

TEST_CASE("SIGTERM during startup ends the process at once") {
  CHECK(ExitCodeAfterStop(false) == 128 + SIGTERM);
}

}  // namespace
}  // namespace keelson
