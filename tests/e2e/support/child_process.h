#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace keelson::e2e {

// A child of this process, killed with it or with this object, whichever comes first.
class ChildProcess {
 public:
  struct Options {
    // Run instead of root, which no file's mode keeps out.
    std::optional<uid_t> user = {};
    // Without standard error, as after 2>&-.
    bool close_errors = false;
    // "NAME=VALUE", beside this process's own variables.
    std::vector<std::string> environment = {};
  };

  // Runs `arguments` in `directory`; what it writes goes to files there.
  ChildProcess(std::vector<std::string> arguments, const std::filesystem::path& directory,
               const Options& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int number) const;
  bool running();
  // Its exit code, or the negated number of the signal that ended it. Fails the test where it doesn't end.
  int Wait();

  pid_t pid() const { return pid_; }
  std::string output() const;
  std::string errors() const;
  // Bytes resident: now ("VmRSS:"), or the most there ever were ("VmHWM:").
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

// Runs `keelson ARGUMENTS` to its end.
CommandResult RunKeelson(std::vector<std::string> arguments, const std::filesystem::path& directory,
                         const ChildProcess::Options& options = {});

}  // namespace keelson::e2e
