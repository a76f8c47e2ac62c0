#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/client.h"

namespace keelson::e2e {

// The real `keelson serve` on a free port of the loopback, with its data in `folder` or a database that
// belongs to it (StoreSettings) and its mails in "mail". Fast where the defaults are slow on purpose (hashes,
// polling); `settings` are added as by --set and go before.
class ServiceProcess {
 public:
  using Settings = std::vector<std::string>;
  enum class Expect {
    kServing,
    // Wait until the process listens, regardless of its health.
    kListening,
  };

  // Returns when it is as expected; fails the test where it doesn't come to that.
  explicit ServiceProcess(const std::filesystem::path& folder, const Settings& settings = {},
                          Expect expect = Expect::kServing, const ChildProcess::Options& options = {});

  // "127.0.0.1:PORT".
  const std::string& target() const { return target_; }
  Client Connect() const { return Client(target_); }
  ChildProcess& process() { return process_; }
  std::filesystem::path mail_folder() const { return folder_ / "mail"; }

  // Ends it at once, as a crash would.
  void Kill();
  // SIGTERM; its exit code.
  int Stop();

 private:
  const std::filesystem::path folder_;
  ChildProcess process_;
  std::string target_;
};

// The arguments of such a process, the binary's name left out.
std::vector<std::string> ServeArguments(const std::filesystem::path& folder,
                                        const ServiceProcess::Settings& settings);
// The port of server.listen of a process, or 0 while the process does not listen. Ports on 127.0.0.2 are
// ignored: tests put telemetry.metrics_listen and server.health_listen there.
int ListeningPort(pid_t pid);

}  // namespace keelson::e2e
