#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/client.h"

namespace keelson::e2e {

// The real `keelson serve` on a free loopback port, with its data in `folder` or a database for it
// (StoreSettings), and its messages in "mail". Hashing and polling are faster than the defaults. `settings`
// are passed by --set and take precedence.
class ServiceProcess {
 public:
  using Settings = std::vector<std::string>;
  enum class Expect {
    kServing,
    // The process listens, regardless of its health.
    kListening,
  };

  // Returns when the expected state is reached; fails the test on a timeout.
  explicit ServiceProcess(const std::filesystem::path& folder, const Settings& settings = {},
                          Expect expect = Expect::kServing, const ChildProcess::Options& options = {});

  // "127.0.0.1:PORT".
  const std::string& target() const { return target_; }
  Client Connect() const { return Client(target_); }
  ChildProcess& process() { return process_; }
  std::filesystem::path mail_folder() const { return folder_ / "mail"; }

  // Kills the process with SIGKILL, like a crash.
  void Kill();
  // Sends SIGTERM; returns the exit code.
  int Stop();

 private:
  const std::filesystem::path folder_;
  ChildProcess process_;
  std::string target_;
};

// The arguments of such a process, without the binary's name.
std::vector<std::string> ServeArguments(const std::filesystem::path& folder,
                                        const ServiceProcess::Settings& settings);
// The port of server.listen of a process, or 0 while the process does not listen. Ports on 127.0.0.2 are
// ignored: tests put telemetry.metrics_listen and server.health_listen there.
int ListeningPort(pid_t pid);

}  // namespace keelson::e2e
