#include "tests/e2e/support/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {
namespace {

std::filesystem::path NextFile(const std::filesystem::path& directory, const std::string& name) {
  static std::atomic<int> number = 0;
  return directory / (name + "." + std::to_string(++number));
}

int OpenForWriting(const std::filesystem::path& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

// Returns the argument array for exec, terminated by a null pointer.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Runs in the child between fork and exec, so that it may call only async-signal-safe functions.
[[noreturn]] void ExecuteChild(char* const* arguments, char* const* environment, const char* directory,
                               int output, int errors, const ChildProcess::Options& options) {
  if (options.user && (setgid(*options.user) != 0 || setuid(*options.user) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || chdir(directory) != 0) _exit(126);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (options.close_errors) close(STDERR_FILENO);
  execve(arguments[0], arguments, environment);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, const std::filesystem::path& directory,
                           const Options& options)
    : output_(NextFile(directory, "stdout")), errors_(NextFile(directory, "stderr")) {
  std::vector<std::string> variables = options.environment;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(variables);
  const int output = OpenForWriting(output_);
  const int errors = OpenForWriting(errors_);
  pid_ = fork();
  if (pid_ == 0) ExecuteChild(argv.data(), envp.data(), directory.c_str(), output, errors, options);
  close(output);
  close(errors);
  REQUIRE(pid_ > 0);
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProcess::Signal(int number) const {
  if (!exit_code_) kill(pid_, number);
}

bool ChildProcess::running() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  return !exit_code_;
}

int ChildProcess::Wait() {
  REQUIRE(Await([this] { return !running(); }));
  return *exit_code_;
}

std::string ChildProcess::output() const {
  return ReadFile(output_);
}

std::string ChildProcess::errors() const {
  return ReadFile(errors_);
}

std::size_t ChildProcess::Memory(const std::string& field) const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; file >> word;) {
    std::size_t kibibytes = 0;
    if (word == field && file >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

CommandResult RunKeelson(std::vector<std::string> arguments, const std::filesystem::path& directory,
                         const ChildProcess::Options& options) {
  arguments.insert(arguments.begin(), KEELSON_BINARY);
  ChildProcess process(std::move(arguments), directory, options);
  const int exit_code = process.Wait();
  return {exit_code, process.output(), process.errors()};
}

}  // namespace keelson::e2e
