#include "tests/support/postgres/program.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "tests/support/postgres/await.h"

namespace keelson::servers {
namespace {

constexpr std::size_t kTailLength = 3000;

// This function runs between fork and exec, so it may call only async-signal-safe functions.
[[noreturn]] void Become(char* const* arguments, const ServerFolder& folder, const char* log) {
  if (geteuid() == 0) {
    const bool unprivileged =
        setgroups(0, nullptr) == 0 && setgid(folder.group()) == 0 && setuid(folder.user()) == 0;
    if (!unprivileged) _exit(126);
  }
  // A process group of its own, so that Ctrl+C in the terminal does not end the program before the test.
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY);
  const int output = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (nothing < 0 || output < 0 || chdir(folder.path().c_str()) != 0) _exit(126);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

Program::Program(const ServerFolder& folder, std::vector<std::string> arguments, const std::string& log,
                 int last_signal)
    : folder_(folder), log_(folder.File(log)), last_signal_(last_signal) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) Become(argv.data(), folder, log_.c_str());
  if (pid_ < 0) throw std::runtime_error(arguments[0] + " can't be started");
  folder.EndWithUs(pid_, last_signal);
}

Program::~Program() {
  if (!running()) return;
  kill(pid_, last_signal_);
  if (Await([this] { return !running(); })) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  folder_.ServerHasEnded();
}

bool Program::running() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    folder_.ServerHasEnded();
  }
  return !exit_code_;
}

void Program::Signal(int number) {
  if (running()) kill(pid_, number);
}

int Program::AwaitExitCode() {
  if (!Await([this] { return !running(); }))
    throw std::runtime_error("the program does not exit: " + LogTail());
  return *exit_code_;
}

std::string Program::LogTail() const {
  const std::string text = ReadText(log_);
  return text.substr(text.size() - std::min(text.size(), kTailLength));
}

void RunProgram(const ServerFolder& folder, std::vector<std::string> arguments) {
  const std::string name = std::filesystem::path(arguments[0]).filename();
  Program program(folder, std::move(arguments), name + ".log", SIGTERM);
  if (program.AwaitExitCode() != 0) throw std::runtime_error(name + ": " + program.LogTail());
}

}  // namespace keelson::servers
