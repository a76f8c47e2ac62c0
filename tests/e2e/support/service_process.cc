#include "tests/e2e/support/service_process.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

constexpr const char* kTcpTables[] = {"tcp", "tcp6"};
constexpr char kListeningState[] = "0A";
// 127.0.0.2 in the notation of /proc/net. The IPv4-mapped IPv6 address, on which gRPC listens, ends with the
// same text.
constexpr char kOtherHost[] = "0200007F:";

std::vector<std::string> WithBinary(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), KEELSON_BINARY);
  return arguments;
}

// Returns the inode numbers of the process's sockets, as text.
std::set<std::string> Sockets(pid_t pid) {
  constexpr std::string_view kPrefix = "socket:[";
  std::set<std::string> inodes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(absl::StrCat("/proc/", pid, "/fd"), error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const std::string link = std::filesystem::read_symlink(*entry, gone);
    if (link.starts_with(kPrefix))
      inodes.insert(link.substr(kPrefix.size(), link.size() - kPrefix.size() - 1));
  }
  return inodes;
}

// Returns true once the child has called exec. Until then the child is a copy of this process and shares its
// sockets, which must not be mistaken for sockets of the service.
bool HasCalledExec(pid_t pid) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink(absl::StrCat("/proc/", pid, "/exe"), error);
  return !error && program != std::filesystem::read_symlink("/proc/self/exe");
}

}  // namespace

int ListeningPort(pid_t pid) {
  if (!HasCalledExec(pid)) return 0;
  const std::set<std::string> inodes = Sockets(pid);
  for (const char* table : kTcpTables) {
    std::ifstream file(absl::StrCat("/proc/", pid, "/net/", table));
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      if (state != kListeningState || !inodes.contains(inode) || absl::StrContains(local, kOtherHost))
        continue;
      return std::stoi(local.substr(local.rfind(':') + 1), nullptr, 16);
    }
  }
  return 0;
}

std::vector<std::string> ServeArguments(const std::filesystem::path& folder,
                                        const ServiceProcess::Settings& settings) {
  std::vector<std::string> arguments = {"serve"};
  ServiceProcess::Settings all = {
      "server.listen=127.0.0.1:0",      "server.default_deadline=25s", "server.drain=20s",
      "telemetry.metrics_listen=",      "email.file.directory=mail",   "passwords.argon2_memory=8KiB",
      "passwords.argon2_iterations=1",  "email.dispatch.poll=10ms",    "email.dispatch.base_delay=100ms",
      "email.dispatch.max_delay=200ms", "payments.poll=10ms"};
  const ServiceProcess::Settings store = StoreSettings(folder);
  all.insert(all.end(), store.begin(), store.end());
  all.insert(all.end(), settings.begin(), settings.end());
  for (const std::string& setting : all) {
    arguments.push_back("--set");
    arguments.push_back(setting);
  }
  return arguments;
}

ServiceProcess::ServiceProcess(const std::filesystem::path& folder, const Settings& settings, Expect expect,
                               const ChildProcess::Options& options)
    : folder_(folder), process_(WithBinary(ServeArguments(folder, settings)), folder, options) {
  int port = 0;
  Await([&] {
    port = ListeningPort(process_.pid());
    return port != 0 || !process_.running();
  });
  INFO("the service wrote: " << process_.errors());
  REQUIRE(port != 0);
  target_ = absl::StrCat("127.0.0.1:", port);
  if (expect == Expect::kListening) return;
  const Client client = Connect();
  const bool serving = Await([&] { return client.Health() == "SERVING" || !process_.running(); });
  INFO("the service wrote: " << process_.errors());
  REQUIRE(serving);
  REQUIRE(process_.running());
}

void ServiceProcess::Kill() {
  process_.Signal(SIGKILL);
  REQUIRE(process_.Wait() == -SIGKILL);
}

int ServiceProcess::Stop() {
  process_.Signal(SIGTERM);
  return process_.Wait();
}

}  // namespace keelson::e2e
