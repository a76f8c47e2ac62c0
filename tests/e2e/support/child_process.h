#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace keelson::e2e {

// A child process that is killed together with this process or this object.
class ChildProcess {
 public:
  struct Options {
    // The user that runs the process, for tests of file modes, which do not apply to root.
    std::optional<uid_t> user = {};
    // Starts the process with standard error closed, like 2>&- in a shell.
    bool close_errors = false;
    // Variables ("NAME=VALUE") that are added to this process's environment.
    std::vector<std::string> environment = {};
  };

  // Runs the command `arguments` in `directory`, and writes its standard output and error to files there.
  ChildProcess(std::vector<std::string> arguments, const std::filesystem::path& directory,
               const Options& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int number) const;
  bool running();
  // Waits until the process ends. Returns the exit code, or the negated number of the signal that killed the
  // process. Fails the test on a timeout.
  int Wait();

  pid_t pid() const { return pid_; }
  std::string output() const;
  std::string errors() const;
  // Returns the resident memory in bytes: the current value for the field "VmRSS:", the peak for "VmHWM:".
  std::size_t Memory(const std::string& field) const;

 private:
  const std::filesystem::path output_;
  const std::filesystem::path errors_;
  pid_t pid_;
  std::optional<int> exit_code_;
};

struct CommandResult {
  int exit_code;
  std::string output;
  std::string errors;
};

// Runs `keelson ARGUMENTS` until it exits.
CommandResult RunKeelson(std::vector<std::string> arguments, const std::filesystem::path& directory,
                         const ChildProcess::Options& options = {});

}  // namespace keelson::e2e
