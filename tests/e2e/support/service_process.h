#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/client.h"

namespace keelson::e2e {

// Runs the real `keelson serve` on a free loopback port. Its data is in `folder`, or in a database that
// belongs to `folder` (StoreSettings). The service writes e-mails to the directory "mail" in `folder`.
// Password hashing and polling are faster than by default. `settings` are passed by --set and override these
// settings.
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
  // What the service has written to standard error: its log.
  std::string errors() const { return process_.errors(); }
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

// Returns the arguments with which ServiceProcess runs the binary.
std::vector<std::string> ServeArguments(const std::filesystem::path& folder,
                                        const ServiceProcess::Settings& settings);
// Returns the port of server.listen of a running service, or 0 while the process does not listen. Ports on
// 127.0.0.2 are ignored: tests use this address for telemetry.metrics_listen and server.health_listen.
int ListeningPort(pid_t pid);

}  // namespace keelson::e2e
