#include "tests/bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/common/deadline.h"

namespace keelson {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(15);
constexpr double kKibibyte = 1024;

// Runs in the child between fork and exec, where only async-signal-safe functions are allowed.
[[noreturn]] void Become(char* const* arguments, const char* directory, const char* output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (chdir(directory) != 0) _exit(126);
  const int file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (nothing < 0 || file < 0) _exit(126);
  dup2(nothing, STDIN_FILENO);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

absl::StatusOr<Process> Process::Start(const std::vector<std::string>& arguments,
                                       const std::filesystem::path& directory, const std::string& output) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const absl::Time start_time = absl::Now();
  const pid_t pid = fork();
  if (pid < 0) return absl::InternalError("can't start a process: fork failed");
  if (pid == 0) Become(argv.data(), directory.c_str(), output.c_str());
  return Process(pid, start_time);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), start_time_(other.start_time_) {}

void Process::Stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  const Deadline deadline = Deadline::After(kPatience);
  while (running() && !deadline.expired()) absl::SleepFor(absl::Milliseconds(5));
  if (!running()) return;
  kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, 0), nullptr, 0);
}

bool Process::running() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = 0;
  return pid_ > 0;
}

absl::StatusOr<double> Process::StatusField(const std::string& name) const {
  std::ifstream file(absl::StrCat("/proc/", pid_, "/status"));
  for (std::string word; file >> word;) {
    double kibibytes = 0;
    if (word == name && file >> kibibytes) return kibibytes * kKibibyte;
  }
  return absl::NotFoundError(absl::StrCat("/proc/PID/status has no field ", name));
}

absl::StatusOr<int> FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) close(fd);
  if (!bound) return absl::UnavailableError("can't bind a free loopback port");
  return ntohs(address.sin_port);
}

}  // namespace keelson
